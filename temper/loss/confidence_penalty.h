#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::loss {

/// Whether every entropy counts, or only what is missing up to a threshold.
enum class PenaltyForm : std::uint8_t { entropy, hinge };

/// Distributions of low entropy cost something, so that the network is not surer than it must be.
struct ConfidencePenalty {
  double beta = 0.1;
  PenaltyForm form = PenaltyForm::entropy;
  double threshold = 0.5;

  static constexpr std::string_view kind = "confidence_penalty";
  static constexpr About about = {
      .summary =
          "Distributions of low entropy H cost something, so that the network is not surer than it "
          "must be. With a hinge only those whose entropy lies below a threshold do. (The paper "
          "prints the hinge with the other sign, which would reward sureness.)",
      .formula =
          "entropy   loss - beta * H(p)\n"
          "hinge     loss + beta * max(0, threshold - H(p))",
      .paper =
          "Pereyra et al. 2017, Regularizing neural networks by penalizing confident output "
          "distributions, arXiv:1701.06548"};
  static constexpr auto fields() {
    return std::tuple{
        field(&ConfidencePenalty::beta,
              {.name = "beta", .meaning = "strength", .bounds = {.low = 0}, .scheduled = true}),
        field(
            &ConfidencePenalty::form,
            {.name = "form", .meaning = "whether every entropy counts, or those below the hinge"}),
        field(&ConfidencePenalty::threshold,
              {.name = "threshold",
               .meaning = "the hinge's entropy, from which on nothing is charged; ln(c) is the "
                          "most that c classes have",
               .unit = "nats",
               .bounds = {.low = 0}})};
  }
};

/// Entropy of the softmax of each row, in nats.
/// @param logits  floating [n, c]
/// @return [n], in at least float32
at::Tensor entropies(const at::Tensor& logits);

/// What each row adds to the loss.
/// @param logits  floating [n, c]
/// @return [n], in at least float32; at most 0 without a hinge
at::Tensor confidence_penalties(const ConfidencePenalty& options, const at::Tensor& logits);

}  // namespace temper::loss

template <>
struct temper::EnumNames<temper::loss::PenaltyForm> {
  static constexpr std::array<std::string_view, 2> value{"entropy", "hinge"};
};
