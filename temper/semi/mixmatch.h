#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/semi/inputs.h"

namespace temper::semi {

/// MixMatch: guessed labels, sharpened, and mixup of labeled and unlabeled images.
struct MixMatch {
  double weight = 75;
  std::int64_t views = 2;
  double temperature = 0.5;
  double alpha = 0.75;

  static constexpr std::string_view kind = "mixmatch";
  static constexpr About about = {
      .summary =
          "MixMatch: the mean of the predictions for several weakly augmented views of an "
          "unlabeled image, sharpened, is the target of all of them. Then all images of the step, "
          "labeled and unlabeled, are mixed by mixup with partners from all of them; each stays "
          "the larger part of its mixture. The loss of the labels stays as it is, that of the "
          "unlabeled images is the squared difference of probabilities. The paper raises the "
          "weight linearly over the first 16,000 steps: { schedule = \"constant\", value = 75, "
          "warmup = { steps = 16000 } }.",
      .formula =
          "q = s(1/K sum_k softmax(z(u_k))),  s(p)_c = p_c^(1/T) / sum_j p_j^(1/T)\n"
          "x <- l x_i + (1 - l) x_j, targets alike,  l = max(b, 1 - b),  b ~ Beta(alpha, alpha)\n"
          "weight / (m K) * sum over images and views of 1 / c * |softmax(z) - q|^2",
      .paper =
          "Berthelot et al. 2019, MixMatch: a holistic approach to semi-supervised learning, "
          "arXiv:1905.02249",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&MixMatch::weight, {.name = "weight",
                                  .meaning = "weight of the loss of the unlabeled images, a mean "
                                             "over the classes; the paper uses 75 for CIFAR-10, "
                                             "250 for SVHN",
                                  .bounds = {.low = 0},
                                  .scheduled = true}),
        field(&MixMatch::views,
              {.name = "views",
               .meaning = "number of weakly augmented views of every unlabeled image (K)",
               .bounds = {1, 16}}),
        field(&MixMatch::temperature, {.name = "temperature",
                                       .meaning = "temperature T of the sharpening; 1: none",
                                       .bounds = {0, 1000, true, false},
                                       .scheduled = true}),
        field(&MixMatch::alpha,
              {.name = "alpha",
               .meaning = "parameter of the Beta distribution of the mixing weight",
               .bounds = {.low = 0, .open_low = true},
               .scheduled = true})};
  }
};

/// Raises probabilities to the power 1 / temperature and normalizes them.
/// @param probabilities  floating [m, c]
at::Tensor sharpened(const at::Tensor& probabilities, double temperature);

/// The guessed labels of unlabeled images.
/// @param logits  floating [m, K, c], of their views
/// @return float [m, c]
at::Tensor guessed_labels(const MixMatch& options, const at::Tensor& logits);

/// @param inputs  with the logits and targets of the mixed views
/// @return float [m]; their mean times the weight is the loss
at::Tensor row_losses(const MixMatch& options, const Inputs& inputs);

}  // namespace temper::semi
