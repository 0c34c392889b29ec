#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/semi/inputs.h"

namespace temper::semi {

/// FixMatch: the confident class of a weakly augmented image is the target of a strongly augmented
/// one.
struct FixMatch {
  double threshold = 0.95;
  double weight = 1;

  static constexpr std::string_view kind = "fixmatch";
  static constexpr About about = {
      .summary =
          "FixMatch: the class that the network predicts for a weakly augmented view of an "
          "unlabeled image is the target of a strongly augmented view, where the predicted "
          "probability is at least the threshold. Images below the threshold count in the mean. "
          "The paper uses 7 unlabeled images for each labeled one.",
      .formula =
          "weight / m * sum_i [max q_i >= threshold] * -log p_i(argmax q_i)\n"
          "q_i = softmax(z(weak view)), p_i = softmax(z(strong view))",
      .paper =
          "Sohn et al. 2020, FixMatch: simplifying semi-supervised learning with consistency and "
          "confidence, arXiv:2001.07685",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&FixMatch::threshold,
              {.name = "threshold",
               .meaning = "lowest predicted probability of a class that becomes a pseudo-label",
               .bounds = {0, 1},
               .scheduled = true,
               .alias = "p_cutoff"}),
        field(&FixMatch::weight, {.name = "weight",
                                  .meaning = "weight of the loss of the unlabeled images",
                                  .bounds = {.low = 0},
                                  .scheduled = true})};
  }

  [[nodiscard]] static Views views() { return {.weak = 1, .strong = true}; }
};

/// @param inputs  with the logits of the weak and the strong view
/// @return float [m]; their mean times the weight is the loss
at::Tensor row_losses(const FixMatch& options, const Inputs& inputs);

}  // namespace temper::semi
