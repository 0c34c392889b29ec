#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/loss/label_smoothing.h"

namespace temper::loss {

struct CrossEntropy {
  std::optional<LabelSmoothing> label_smoothing = {};

  static constexpr std::string_view kind = "cross_entropy";
  static constexpr About about = {
      .summary =
          "Cross-entropy between the target distributions and the softmax of the logits, "
          "averaged over the rows that have a label.",
      .formula = "mean over rows of -sum_c t_c log softmax(z)_c"};
  static constexpr auto fields() {
    return std::tuple{field(&CrossEntropy::label_smoothing,
                            {.name = "label_smoothing", .meaning = "softens the targets"})};
  }
};

/// Mean over rows of -sum_c t_c log softmax(z)_c, computed in at least float32.
/// @param logits    floating [n, c]
/// @param targets   floating [n, c], rows summing to one
/// @param labelled  bool [n], or undefined for all; with no labelled row the loss is 0
/// @return a scalar, float32 (float64 for float64 logits)
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets,
                         const at::Tensor& labelled = {});

}  // namespace temper::loss
