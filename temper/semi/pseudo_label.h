#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/semi/inputs.h"

namespace temper::semi {

/// Pseudo-labels: the network's own class is the target.
struct PseudoLabel {
  double threshold = 0.95;
  double weight = 1;

  static constexpr std::string_view kind = "pseudo_label";
  static constexpr About about = {
      .summary =
          "Pseudo-labels: the class that the network predicts for an unlabeled image is its "
          "target, where the predicted probability is at least the threshold. The paper has no "
          "threshold (0) and a weight that grows from 0 to 3: a piecewise schedule; later "
          "comparisons use 0.95 and a linear warm-up of the weight.",
      .formula =
          "weight / m * sum_i [max p_i >= threshold] * -log p_i(argmax p_i),  p_i = softmax(z_i)",
      .paper =
          "Lee 2013, Pseudo-label: the simple and efficient semi-supervised learning method for "
          "deep neural networks; threshold: Oliver et al. 2018, Realistic evaluation of deep "
          "semi-supervised learning algorithms, arXiv:1804.09170",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&PseudoLabel::threshold,
              {.name = "threshold",
               .meaning = "lowest predicted probability of a class that becomes a pseudo-label; 0: "
                          "all do",
               .bounds = {0, 1},
               .scheduled = true,
               .alias = "p_cutoff"}),
        field(&PseudoLabel::weight, {.name = "weight",
                                     .meaning = "weight of the loss of the unlabeled images",
                                     .bounds = {.low = 0},
                                     .scheduled = true})};
  }

  [[nodiscard]] static Views views() { return {.weak = 1}; }
};

/// Cross-entropy of every image against the class that `guess` predicts, 0 where its probability is
/// below the threshold. No gradient flows into the guess.
/// @param guess, logits  floating [m, c]
/// @return float [m]
at::Tensor pseudo_label_rows(const at::Tensor& guess, const at::Tensor& logits, double threshold);

/// @return float [m]; their mean times the weight is the loss
at::Tensor row_losses(const PseudoLabel& options, const Inputs& inputs);

}  // namespace temper::semi
