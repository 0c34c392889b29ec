#pragma once
#include <ATen/core/Tensor.h>

#include <optional>

namespace temper::loss {

/// What the means over a batch are divided by.
struct Counts {
  double rows = 0;    ///< rows that have a label
  double weight = 0;  ///< the same where class weights count, each row with its label's
};

/// What a loss is computed from.
struct Inputs {
  at::Tensor logits;         ///< floating [n, c]
  at::Tensor targets;        ///< floating [n, c]: distributions before smoothing; or [n, d] values
  at::Tensor labelled = {};  ///< bool [n]: which rows have a label; undefined: all of them
  at::Tensor prior = {};     ///< floating [c]: how often each class is met, summing to one; only
                             ///< unigram label smoothing asks for it
  std::optional<Counts> whole = {};  ///< of the batch that these rows are a part of: the loss is
                                     ///< then the part's share, and those of all parts add up to
                                     ///< the batch's; empty: these rows are the batch
};

}  // namespace temper::loss
