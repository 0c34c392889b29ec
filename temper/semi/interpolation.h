#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/semi/inputs.h"
#include "temper/semi/teacher.h"

namespace temper::semi {

/// Which of the teacher's predictions are mixed.
enum class Interpolated : std::uint8_t { logits, probabilities };

/// Interpolation consistency training: the prediction for a mixture of two images is trained to
/// match the mixture of a teacher's predictions for them.
struct Interpolation : TeacherOptions {
  double weight = 100;
  double alpha = 1;
  Interpolated targets = Interpolated::logits;

  static constexpr std::string_view kind = "interpolation";
  static constexpr About about = {
      .summary =
          "Interpolation consistency training (ICT): the unlabeled images of a batch are mixed in "
          "pairs with one weight, and the prediction for a mixture is trained to match the same "
          "mixture of the predictions of a teacher, a moving average of the network, for the two "
          "images. The weight grows by a sigmoid-shaped warm-up, as with mean_teacher. The authors "
          "also use mixup for the labeled images: mixing.",
      .formula =
          "weight / m * sum_i 1 / c * |softmax(z(lambda u_i + (1 - lambda) u_j)) - q_i|^2\n"
          "q_i of logits: softmax(lambda z'_i + (1 - lambda) z'_j)\n"
          "q_i of probabilities: lambda softmax(z'_i) + (1 - lambda) softmax(z'_j)\n"
          "lambda ~ Beta(alpha, alpha), j a permutation, z' of the teacher as in mean_teacher",
      .paper =
          "Verma et al. 2019, Interpolation consistency training for semi-supervised learning, "
          "arXiv:1903.03825; logits: the authors' code",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple_cat(
        std::tuple{field(&Interpolation::weight,
                         {.name = "weight",
                          .meaning = "weight of the loss of the unlabeled images, a mean over the "
                                     "classes",
                          .bounds = {.low = 0},
                          .scheduled = true}),
                   field(&Interpolation::alpha,
                         {.name = "alpha",
                          .meaning = "parameter of the Beta distribution of the mixing weight; the "
                                     "paper uses 1 for CIFAR-10, 0.1 for SVHN",
                          .bounds = {.low = 0, .open_low = true},
                          .scheduled = true}),
                   field(&Interpolation::targets,
                         {.name = "targets",
                          .meaning = "what of the teacher's predictions is mixed: the logits, as "
                                     "in the authors' code, or the probabilities"})},
        TeacherOptions::fields());
  }

  [[nodiscard]] static Views views() { return {.weak = 1}; }
};

/// Mixes the rows of a tensor as the images were.
using MixRows = std::function<at::Tensor(const at::Tensor& rows)>;

/// The targets of the mixed images.
/// @param logits  floating [m, c], of the teacher for the images before they were mixed
/// @return float [m, c]
at::Tensor interpolated_targets(const Interpolation& options, const at::Tensor& logits,
                                const MixRows& mix);

/// @param inputs  with the logits of the mixed images
/// @return float [m]; their mean times the weight is the loss
at::Tensor row_losses(const Interpolation& options, const Inputs& inputs);

}  // namespace temper::semi

template <>
struct temper::EnumNames<temper::semi::Interpolated> {
  static constexpr std::array<std::string_view, 2> value{"logits", "probabilities"};
};
