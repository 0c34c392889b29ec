#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "temper/adversarial/classifier.h"
#include "temper/adversarial/norm.h"

namespace temper::adversarial {

/// Projected gradient descent (Madry et al. 2018, "Towards deep learning models resistant to
/// adversarial attacks", arXiv:1706.06083), from a given point:
///
///   x <- project(x + step_size * steepest(gradient of the loss at x))
///
/// The fast gradient sign method (Goodfellow et al. 2015, "Explaining and harnessing adversarial
/// examples", arXiv:1412.6572) is one step of the radius from the image itself.
struct Pgd {
  Norm norm = Norm::linf;
  double radius = 8.0 / 255;  ///< of samples in [0, 1]
  double step_size = 0;       ///< 0: 2.5 * radius / steps, so that the boundary can be reached
  std::int64_t steps = 10;
};

/// The step size, with the default for 0.
double step_size_of(const Pgd& options);

/// Exactly `steps` forward and backward passes.
/// @param pixels  floating [n, channels, height, width] in [0, 1]
/// @param start   the first points, within the radius of the images and in [0, 1]
/// @return the last points, within the radius (up to rounding) and in [0, 1], without a graph
at::Tensor pgd(const Pgd& options, const Classifier& classifier, const RowLoss& loss,
               const at::Tensor& pixels, const at::Tensor& targets, const at::Tensor& start);

/// The fast gradient sign method: one forward and one backward pass.
at::Tensor fgsm(Norm norm, double radius, const Classifier& classifier, const RowLoss& loss,
                const at::Tensor& pixels, const at::Tensor& targets);

}  // namespace temper::adversarial
