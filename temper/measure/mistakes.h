#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace temper::measure {

/// A misclassified row.
struct Mistake {
  std::int64_t row;
  std::int64_t label;
  std::int64_t predicted;
  double confidence;  ///< predicted probability of `predicted`
};

/// The misclassified rows with the highest confidence, in descending order; of equal confidences
/// the lower row comes first.
/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c)
/// @param limit   maximum number of rows, >= 0; fewer if fewer are wrong. Throws as check() in
/// inputs.h does
std::vector<Mistake> most_confident_mistakes(const at::Tensor& logits, const at::Tensor& labels,
                                             std::int64_t limit);

}  // namespace temper::measure
