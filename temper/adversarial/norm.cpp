#include "temper/adversarial/norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sum.h>

#include <algorithm>
#include <cmath>

namespace temper::adversarial {

at::Tensor lengths(const at::Tensor& rows) {
  return rows.square().sum({1, 2, 3}, /*keepdim=*/true).sqrt();
}

at::Tensor project(const at::Tensor& points, const at::Tensor& pixels, Norm norm, double radius) {
  const auto change = points.sub(pixels);
  if (norm == Norm::linf) return change.clamp_(-radius, radius).add_(pixels).clamp_(0, 1);
  // A length of 0 and a radius of 0 are not divided by one another.
  const auto divisors = lengths(change).clamp_min_(std::max(radius, 1e-30));
  return change.mul_(divisors.reciprocal_().mul_(radius)).add_(pixels).clamp_(0, 1);
}

at::Tensor steepest(const at::Tensor& gradient, Norm norm) {
  if (norm == Norm::linf) return gradient.sign();
  return gradient.div(lengths(gradient).add_(1e-12));
}

double largest_radius(Norm norm, std::int64_t samples) {
  return norm == Norm::linf ? 1 : std::sqrt(static_cast<double>(samples));
}

}  // namespace temper::adversarial
