#include "temper/core/dirichlet.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace temper {
namespace {

/// The logarithm of a draw from the gamma distribution with that shape and scale 1, whose own value
/// may be too small for a double. Marsaglia and Tsang 2000, "A simple method for generating gamma
/// variables"; for a shape below 1 with their factor U^(1 / shape).
double log_gamma_draw(Random& random, double shape) {
  if (shape < 1) return log_gamma_draw(random, shape + 1) + std::log(1 - random.uniform()) / shape;
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = random.normal();
    const double cube = 1 + c * x;
    if (cube <= 0) continue;
    const double v = cube * cube * cube;
    const double u = 1 - random.uniform();  // in (0, 1]
    if (std::log(u) < x * x / 2 + d - d * v + d * std::log(v)) return std::log(d * v);
  }
}

}  // namespace

void dirichlet(Random& random, double alpha, std::span<double> weights) {
  for (auto& weight : weights) weight = log_gamma_draw(random, alpha);
  const double largest = *std::ranges::max_element(weights);
  double sum = 0;
  for (auto& weight : weights) sum += weight = std::exp(weight - largest);
  for (auto& weight : weights) weight /= sum;
}

double beta(Random& random, double alpha) {
  std::array<double, 2> shares{};
  dirichlet(random, alpha, shares);
  return shares[0];
}

}  // namespace temper
