#pragma once
#include <ATen/core/Tensor.h>

#include <optional>

namespace temper::loss {

/// The divisors of means over a batch.
struct Counts {
  double rows = 0;    ///< rows that have a label
  double weight = 0;  ///< the same with class weights: the sum of the rows' weights
};

/// The inputs of a loss.
struct Inputs {
  at::Tensor logits;         ///< floating [n, c]
  at::Tensor targets;        ///< floating [n, c]: distributions before smoothing; or [n, d]: values
  at::Tensor labelled = {};  ///< bool [n]: which rows have a label; undefined: all of them
  at::Tensor prior = {};     ///< floating [c]: class frequencies, summing to one; only for
                             ///< unigram label smoothing
  /// Counts of the batch if these rows are a micro-batch of it: the loss is then its share, and the
  /// losses of all micro-batches add up to that of the batch. Empty: these rows are the batch.
  std::optional<Counts> whole = {};
};

}  // namespace temper::loss
