#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/loss/confidence_penalty.h"
#include "temper/loss/inputs.h"
#include "temper/loss/label_smoothing.h"

namespace temper::loss {

struct Poly1 {
  double epsilon = 1;
  std::optional<LabelSmoothing> label_smoothing = {};
  std::optional<ConfidencePenalty> confidence_penalty = {};

  static constexpr std::string_view kind = "poly1";
  static constexpr About about = {
      .summary =
          "Cross-entropy whose first polynomial term has another coefficient: the term 1 - p_t, "
          "p_t being the probability of the true class, has more weight (or less, for epsilon "
          "below 0).",
      .formula =
          "mean over rows of -sum_c t_c log p_c + epsilon * (1 - sum_c t_c p_c),  p = "
          "softmax(z)",
      .paper =
          "Leng et al. 2022, PolyLoss: a polynomial expansion perspective of classification loss "
          "functions, arXiv:2204.12511",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&Poly1::epsilon, {.name = "epsilon",
                                .meaning = "added to the first coefficient; 0 is cross-entropy, "
                                           "the paper uses 1 to 6 on images",
                                .bounds = {.low = -1}}),
        field(&Poly1::label_smoothing,
              {.name = "label_smoothing", .meaning = "softens the targets"}),
        field(&Poly1::confidence_penalty,
              {.name = "confidence_penalty", .meaning = "penalty on predictions of low entropy"})};
  }
};

/// @return a scalar, float32 (float64 for float64 logits)
at::Tensor evaluate(const Poly1& options, const Inputs& inputs);

}  // namespace temper::loss
