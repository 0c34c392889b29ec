#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/loss/inputs.h"
#include "temper/loss/label_smoothing.h"

namespace temper::loss {

struct Bce {
  std::optional<LabelSmoothing> label_smoothing = {};
  double target_threshold = -1;
  bool sum_classes = false;

  static constexpr std::string_view kind = "bce";
  static constexpr About about = {
      .summary =
          "Binary cross-entropy: every class is an independent binary decision, so that an image "
          "may belong to several classes. With a threshold, targets above it become 1 and the "
          "others 0, after smoothing: every class in a mixed image becomes a positive. Evaluations "
          "use the softmax cross-entropy nevertheless, so their loss is not the training "
          "objective.",
      .formula =
          "mean over rows and classes of -t_c log sigmoid(z_c) - (1 - t_c) log(1 - sigmoid(z_c))",
      .paper =
          "Wightman et al. 2021, ResNet strikes back, arXiv:2110.00476, as timm's "
          "BinaryCrossEntropy",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&Bce::label_smoothing, {.name = "label_smoothing", .meaning = "softens the targets"}),
        field(&Bce::target_threshold, {.name = "target_threshold",
                                       .meaning = "targets above it become 1, others 0 (the paper: "
                                                  "0.2); negative: targets are used as they are",
                                       .bounds = {-1, 1, false, true}}),
        field(&Bce::sum_classes,
              {.name = "sum_classes",
               .meaning =
                   "sum over the classes instead of their mean: the loss is c times as large"})};
  }
};

/// @param inputs  targets: floating [n, c], each in [0, 1]; rows need not sum to one
/// @return a scalar, float32 (float64 for float64 logits)
at::Tensor evaluate(const Bce& options, const Inputs& inputs);

}  // namespace temper::loss
