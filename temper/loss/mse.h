#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/loss/inputs.h"

namespace temper::loss {

struct Mse {
  double true_value = 1;
  double true_weight = 1;

  static constexpr std::string_view kind = "mse";
  static constexpr About about = {
      .summary =
          "Squared error, for regression and for classification; for classes the logits themselves "
          "(without softmax) are regressed to 1 for the true class and 0 for the others, which Hui "
          "and Belkin found as good as cross-entropy. It has no label smoothing.",
      .formula = "mean over rows and values of (1 + (true_weight - 1) t) * (z - true_value * t)^2",
      .paper =
          "Hui and Belkin 2020, Evaluation of neural architectures trained with square loss vs "
          "cross-entropy in classification tasks, arXiv:2006.07322"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Mse::true_value, {.name = "true_value",
                                 .meaning = "target of the true class's logit; the paper uses 1, "
                                            "and 30 for a thousand classes; 1 for regression",
                                 .bounds = {.low = 0, .open_low = true},
                                 .for_classes = true}),
        field(&Mse::true_weight,
              {.name = "true_weight",
               .meaning = "weight of the true class's logit relative to the others; the paper uses "
                          "1, and 15 for a thousand classes; 1 for regression",
               .bounds = {.low = 0, .open_low = true},
               .for_classes = true})};
  }
};

/// @param inputs  logits and targets: floating [n, d]; unlabelled rows may hold NaN targets
/// @return a scalar, float32 (float64 for float64 logits)
at::Tensor evaluate(const Mse& options, const Inputs& inputs);

/// logits - scale * targets in at least float32; 0, without a gradient, in unlabelled rows.
at::Tensor errors(const Inputs& inputs, double scale = 1);

}  // namespace temper::loss
