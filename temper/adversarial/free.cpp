#include "temper/adversarial/free.h"

#include <algorithm>

namespace temper::adversarial {

at::Tensor within_radius(const at::Tensor& perturbation, Norm norm, double radius) {
  if (norm == Norm::linf) return perturbation.clamp(-radius, radius);
  // A length of 0 and a radius of 0 are not divided by one another.
  const auto divisors = lengths(perturbation).clamp_min_(std::max(radius, 1e-30));
  return perturbation.mul(divisors.reciprocal_().mul_(radius));
}

at::Tensor perturbed(const at::Tensor& pixels, const at::Tensor& perturbation) {
  return pixels.add(perturbation).clamp(0, 1);
}

at::Tensor moved(const FreeTraining& options, const at::Tensor& perturbation,
                 const at::Tensor& gradient) {
  const double step_size = options.step_size > 0 ? options.step_size : options.radius;
  return within_radius(perturbation.add(steepest(gradient, options.norm), step_size), options.norm,
                       options.radius);
}

}  // namespace temper::adversarial
