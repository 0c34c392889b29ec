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
          "Cross-entropy whose first polynomial term has another coefficient: how far the true "
          "class's probability p_t is from one counts more (or, below 0, less).",
      .formula =
          "mean over rows of -sum_c t_c log p_c + epsilon * (1 - sum_c t_c p_c),  p = "
          "softmax(z)",
      .paper =
          "Leng et al. 2022, PolyLoss: a polynomial expansion perspective of classification loss "
          "functions, arXiv:2204.12511"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Poly1::epsilon,
              {.name = "epsilon",
               .meaning = "what is added to the first coefficient; 0 is cross-entropy, the paper "
                          "takes 1 to 6 on images",
               .bounds = {.low = -1}}),
        field(&Poly1::label_smoothing,
              {.name = "label_smoothing", .meaning = "softens the targets"}),
        field(&Poly1::confidence_penalty,
              {.name = "confidence_penalty", .meaning = "charges for being sure"})};
  }
};

/// @return a scalar, float32 (float64 for float64 logits)
at::Tensor poly1(const Poly1& options, const Inputs& inputs);

}  // namespace temper::loss
