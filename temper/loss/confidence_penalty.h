#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::loss {

/// Whether every distribution is penalized, or only those whose entropy is below a threshold.
enum class PenaltyForm : std::uint8_t { entropy, hinge };

/// Penalizes predicted distributions of low entropy, so that the network is less overconfident.
struct ConfidencePenalty {
  double beta = 0.1;
  PenaltyForm form = PenaltyForm::entropy;
  double threshold = 0.5;

  static constexpr std::string_view kind = "confidence_penalty";
  static constexpr About about = {
      .summary =
          "Predicted distributions of low entropy H are penalized, so that the network is less "
          "overconfident. In the hinge form only those whose entropy is below a threshold are. "
          "(The paper prints the hinge with the opposite sign, which would reward confidence.)",
      .formula =
          "entropy   loss - beta * H(p)\n"
          "hinge     loss + beta * max(0, threshold - H(p))",
      .paper =
          "Pereyra et al. 2017, Regularizing neural networks by penalizing confident output "
          "distributions, arXiv:1701.06548"};
  static constexpr auto fields() {
    return std::tuple{
        field(&ConfidencePenalty::beta, {.name = "beta",
                                         .meaning = "coefficient of the penalty",
                                         .bounds = {.low = 0},
                                         .scheduled = true}),
        field(&ConfidencePenalty::form,
              {.name = "form",
               .meaning = "entropy: the entropy of every prediction is rewarded; hinge: only "
                          "predictions whose entropy is below threshold are penalized"}),
        field(&ConfidencePenalty::threshold,
              {.name = "threshold",
               .meaning = "hinge form: entropy above which there is no penalty; ln(c) is the "
                          "maximum for c classes",
               .unit = "nats",
               .bounds = {.low = 0}})};
  }
};

/// Entropy of the softmax of each row, in nats.
/// @param logits  floating [n, c]
/// @return [n], in at least float32
at::Tensor entropies(const at::Tensor& logits);

/// The penalty of each row, which is added to its loss.
/// @param logits  floating [n, c]
/// @return [n], in at least float32; at most 0 in the entropy form
at::Tensor confidence_penalties(const ConfidencePenalty& options, const at::Tensor& logits);

}  // namespace temper::loss

template <>
struct temper::EnumNames<temper::loss::PenaltyForm> {
  static constexpr std::array<std::string_view, 2> value{"entropy", "hinge"};
};
