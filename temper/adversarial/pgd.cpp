#include "temper/adversarial/pgd.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>

namespace temper::adversarial {

double step_size_of(const Pgd& options) {
  if (options.step_size > 0) return options.step_size;
  return 2.5 * options.radius / static_cast<double>(options.steps);
}

at::Tensor pgd(const Pgd& options, const Classifier& classifier, const RowLoss& loss,
               const at::Tensor& pixels, const at::Tensor& targets, const at::Tensor& start) {
  const at::NoGradGuard guard;
  const auto step_size = step_size_of(options);
  auto points = start;
  for (std::int64_t i = 0; i < options.steps; ++i) {
    const auto found = differentiate(classifier, loss, points, targets);
    points = project(points.add(steepest(found.gradient, options.norm), step_size), pixels,
                     options.norm, options.radius);
  }
  return points;
}

at::Tensor fgsm(Norm norm, double radius, const Classifier& classifier, const RowLoss& loss,
                const at::Tensor& pixels, const at::Tensor& targets) {
  return pgd({.norm = norm, .radius = radius, .step_size = radius, .steps = 1}, classifier, loss,
             pixels, targets, pixels);
}

}  // namespace temper::adversarial
