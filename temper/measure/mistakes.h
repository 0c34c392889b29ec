#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace temper::measure {

/// A row that was classified wrongly.
struct Mistake {
  std::int64_t row;
  std::int64_t label;
  std::int64_t predicted;
  double confidence;  ///< the probability given to `predicted`
};

/// The wrong rows about which the network was surest, surest first; of equally sure ones the lower
/// row first.
/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c)
/// @param limit   how many at most, >= 0; fewer when fewer are wrong. Throws as check() in inputs.h
/// does
std::vector<Mistake> most_confident_mistakes(const at::Tensor& logits, const at::Tensor& labels,
                                             std::int64_t limit);

}  // namespace temper::measure
