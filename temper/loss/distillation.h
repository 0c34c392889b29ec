#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/fields.h"
#include "temper/loss/feature_distillation.h"
#include "temper/loss/inputs.h"

namespace temper::loss {

/// Soft targets: the teacher's predicted distribution.
struct SoftDistillation {
  double temperature = 4;

  static constexpr std::string_view kind = "soft";
  static constexpr About about = {
      .summary =
          "The student is trained on the teacher's predicted distribution (soft targets), softened "
          "by a temperature.",
      .formula = "T^2 * mean over rows of KL(softmax(teacher / T) || softmax(z / T))",
      .paper =
          "Hinton et al. 2015, Distilling the knowledge in a neural network, arXiv:1503.02531"};
  static constexpr auto fields() {
    return std::tuple{field(
        &SoftDistillation::temperature,
        {.name = "temperature",
         .meaning = "T, which softens both distributions so that small probabilities contribute; "
                    "the factor T^2 keeps the scale of the gradient",
         .bounds = {.low = 0, .open_low = true}})};
  }
};

/// Hard targets: the class that the teacher predicts.
struct HardDistillation {
  static constexpr std::string_view kind = "hard";
  static constexpr About about = {
      .summary = "The student is trained on the class that the teacher predicts (hard targets).",
      .formula = "mean over rows of -log softmax(z) at the teacher's largest logit",
      .paper =
          "Touvron et al. 2020, Training data-efficient image transformers & distillation through "
          "attention, arXiv:2012.12877"};
  static constexpr auto fields() { return std::tuple{}; }
};

using DistillationTarget = std::variant<SoftDistillation, HardDistillation>;

/// Knowledge distillation: a trained network's predictions in addition to the labels, with any
/// loss.
struct Distillation {
  std::string from;
  double weight = 0.5;
  DistillationTarget teaching = {};
  std::optional<FeatureDistillation> features = {};
  std::string teacher;

  static constexpr std::string_view kind = "distillation";
  static constexpr About about = {
      .summary =
          "Knowledge distillation: the student is trained on the labels and on the predictions of "
          "a teacher for the same images: the network of another run, a published one, or a table "
          "of logits by image. The teacher is not trained.",
      .formula = "(1 - weight) * loss + weight * distillation loss + feature distillation",
      .paper = "Hinton et al. 2015, Distilling the knowledge in a neural network, arXiv:1503.02531",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        // The fingerprint has the teacher's hash instead of its location.
        field(&Distillation::from,
              {.name = "from",
               .meaning = "the teacher: the directory of a finished run, a folder with "
                          "config.json, a .safetensors or .pth file, or a .safetensors file with "
                          "logits by image",
               .changes_results = false}),
        field(&Distillation::weight,
              {.name = "weight",
               .meaning =
                   "weight of the distillation loss; the loss on the labels has weight 1 - weight",
               .bounds = {0, 1},
               .scheduled = true}),
        field(&Distillation::teaching, {.name = "teaching",
                                        .meaning = "targets from the teacher: its distribution "
                                                   "(soft), or its predicted class (hard)"}),
        field(&Distillation::features,
              {.name = "features",
               .meaning = "feature distillation, beside that of the predictions or, with weight = "
                          "0, alone"}),
        field(&Distillation::teacher,
              {.name = "teacher",
               .meaning = "hash of the teacher's weights or logits, filled in by a run; if given, "
                          "a teacher with others is refused"})};
  }
};

/// The distillation loss: the mean over the rows that have a label.
/// @param teacher  floating [n, c]: the teacher's logits for the same images; it gets no gradient
/// @return a scalar, >= 0
at::Tensor teaching(const DistillationTarget& form, const at::Tensor& teacher,
                    const Inputs& inputs);

/// The weighted sum of a loss and the distillation loss of the predictions.
/// @param loss  result of compute() for the same inputs
at::Tensor combine_with_distillation(const Distillation& options, const at::Tensor& loss,
                                     const at::Tensor& teacher, const Inputs& inputs);

}  // namespace temper::loss
