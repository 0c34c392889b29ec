#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/adversarial/norm.h"
#include "temper/core/fields.h"

namespace temper::adversarial {

/// Free adversarial training: the gradient that updates the weights also updates the perturbation.
struct FreeTraining {
  Norm norm = Norm::linf;
  double radius = 8.0 / 255;
  double step_size = 0;
  std::int64_t replays = 8;

  static constexpr std::string_view kind = "free";
  static constexpr About about = {
      .summary =
          "Free adversarial training: a batch is used for several steps in a row, and each step "
          "learns from the images with a perturbation, which the gradient of the same step then "
          "moves. So a step costs one forward and backward pass. The perturbation is one for each "
          "row of the batch, and goes on with the next batch. An epoch has as many steps as it has "
          "otherwise, and shows the images of 1 / replays of its batches.",
      .formula =
          "d <- clip(d + step_size * sign(gradient of loss(x + d)), -radius, radius), d = 0 at the "
          "start; l2: the gradient by its length",
      .paper =
          "Shafahi et al. 2019, Adversarial training for free!, arXiv:1904.12843, and the authors' "
          "code for ImageNet",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&FreeTraining::norm,
              {.name = "norm",
               .meaning = "norm of the perturbation; linf: the largest change of a sample; l2: the "
                          "Euclidean length of the change of an image"}),
        field(&FreeTraining::radius,
              {.name = "radius",
               .meaning = "largest perturbation, of samples in [0, 1] before normalization: 8/255 "
                          "is 0.0314; at most 1 for linf",
               .bounds = {.low = 0, .open_low = true},
               .scheduled = true}),
        field(&FreeTraining::step_size,
              {.name = "step_size",
               .meaning = "change of the perturbation in a step; 0: the radius",
               .bounds = {.low = 0},
               .scheduled = true}),
        field(&FreeTraining::replays,
              {.name = "replays",
               .meaning = "number of times in a row that a batch is used, the m of the paper",
               .bounds = {1, 1000}})};
  }
};

/// The perturbation within the radius: clipped, or for the Euclidean norm made shorter.
/// @param perturbation  floating [n, channels, height, width]
at::Tensor within_radius(const at::Tensor& perturbation, Norm norm, double radius);

/// Images with a perturbation, in [0, 1]. Gradients flow to the perturbation, but for samples that
/// leave this range.
/// @param pixels  of the same shape, in [0, 1]
at::Tensor perturbed(const at::Tensor& pixels, const at::Tensor& perturbation);

/// The perturbation after a step.
/// @param gradient  of the loss, with respect to the perturbation
at::Tensor moved(const FreeTraining& options, const at::Tensor& perturbation,
                 const at::Tensor& gradient);

}  // namespace temper::adversarial
