#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/fields.h"
#include "temper/loss/inputs.h"

namespace temper::loss {

/// The teacher's whole distribution.
struct SoftTeaching {
  double temperature = 4;

  static constexpr std::string_view kind = "soft";
  static constexpr About about = {
      .summary =
          "The student is brought to the teacher's whole distribution, softened by a temperature.",
      .formula = "T^2 * mean over rows of KL(softmax(teacher / T) || softmax(z / T))",
      .paper =
          "Hinton et al. 2015, Distilling the knowledge in a neural network, arXiv:1503.02531"};
  static constexpr auto fields() {
    return std::tuple{
        field(&SoftTeaching::temperature,
              {.name = "temperature",
               .meaning = "T: softens both distributions, so that the small probabilities teach "
                          "too; the gradient keeps its size",
               .bounds = {.low = 0, .open_low = true}})};
  }
};

/// The teacher's decision.
struct HardTeaching {
  static constexpr std::string_view kind = "hard";
  static constexpr About about = {
      .summary = "The student learns the class that the teacher decides for.",
      .formula = "mean over rows of -log softmax(z) at the teacher's largest logit",
      .paper =
          "Touvron et al. 2020, Training data-efficient image transformers & distillation through "
          "attention, arXiv:2012.12877"};
  static constexpr auto fields() { return std::tuple{}; }
};

using Teaching = std::variant<SoftTeaching, HardTeaching>;

/// A trained network's answers beside the labels, around whatever loss.
struct Distillation {
  std::string from;
  double weight = 0.5;
  Teaching teaching = {};
  std::string teacher;

  static constexpr std::string_view kind = "distillation";
  static constexpr About about = {
      .summary =
          "Another run's network, which stands still, answers for the same images, and its answers "
          "are learned beside the labels.",
      .formula = "(1 - weight) * loss + weight * the distance from the teacher",
      .paper =
          "Hinton et al. 2015, Distilling the knowledge in a neural network, arXiv:1503.02531"};
  static constexpr auto fields() {
    return std::tuple{
        // Where the teacher lies does not count: the hash of its weights does.
        field(&Distillation::from, {.name = "from",
                                    .meaning = "directory of the finished run that teaches",
                                    .changes_results = false}),
        field(&Distillation::weight,
              {.name = "weight",
               .meaning = "how much the teacher counts; what is left is the labels'",
               .bounds = {0, 1}}),
        field(&Distillation::teaching,
              {.name = "teaching", .meaning = "the teacher's distribution, or its decision"}),
        field(&Distillation::teacher,
              {.name = "teacher",
               .meaning = "hash of the teacher's weights, which a run fills in; where it is given, "
                          "another teacher is refused"})};
  }
};

/// The distance of the answers from the teacher's, over the rows that have a label.
/// @param teacher  floating [n, c]: the teacher's logits for the same images; it gets no gradient
/// @return a scalar, >= 0
at::Tensor teaching(const Teaching& form, const at::Tensor& teacher, const Inputs& inputs);

/// A loss and the distance from the teacher, weighed.
/// @param loss  what compute() gives for the same inputs
at::Tensor distil(const Distillation& options, const at::Tensor& loss, const at::Tensor& teacher,
                  const Inputs& inputs);

}  // namespace temper::loss
