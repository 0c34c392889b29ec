#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "temper/adversarial/classifier.h"
#include "temper/adversarial/norm.h"

namespace temper::adversarial {

/// Auto-PGD (Croce and Hein 2020, "Reliable evaluation of adversarial robustness with an ensemble
/// of diverse parameter-free attacks", arXiv:2003.01690): projected gradient descent with momentum
/// 0.75, whose step size begins at twice the radius and is halved, for each image on its own, at
/// checkpoints after which it returns to the best point so far. It is halved where fewer than 75%
/// of the steps since the last checkpoint increased the loss, or where the best loss did not
/// increase although the step size had not been halved at the last checkpoint. The checkpoints are
/// 22% of the steps apart at first, and then 3% less each time, down to 6%.
///
/// As in the authors' code, the first step counts as an increase where its loss is positive, and
/// exactly 75% are too few.
struct Apgd {
  Norm norm = Norm::linf;
  double radius = 8.0 / 255;  ///< of samples in [0, 1]
  std::int64_t steps = 100;
};

/// What an attack found for each image.
struct Found {
  at::Tensor best;         ///< the points of the highest loss, [n, channels, height, width]
  at::Tensor best_losses;  ///< [n]
  at::Tensor fooled;       ///< bool [n]: at some point the class was not predicted
  at::Tensor fooling;      ///< the last such points; the first points where there are none
};

/// `steps` forward and backward passes, and one more forward pass.
/// @param pixels  floating [n, channels, height, width] in [0, 1]
/// @param labels  int64 [n]
/// @param start   the first points, within the radius of the images and in [0, 1]; see start_at()
Found apgd(const Apgd& options, const Classifier& classifier, const RowLoss& loss,
           const at::Tensor& pixels, const at::Tensor& labels, const at::Tensor& start);

}  // namespace temper::adversarial
