#include "temper/corrupt/arrays/draws.h"

#include <cmath>
#include <numbers>

namespace temper::corrupt {
namespace {

/// ln(n!): by Stirling's series from 20 on, where its error is below 1e-12. (std::lgamma writes to
/// a global variable.)
double log_factorial(double n) {
  if (n < 20) {
    double sum = 0;
    for (int i = 2; i <= static_cast<int>(n); ++i) sum += std::log(i);
    return sum;
  }
  const double inverse = 1 / n;
  const double square = inverse * inverse;
  return (n + 0.5) * std::log(n) - n + 0.5 * std::log(2 * std::numbers::pi) +
         inverse * (1.0 / 12 - square * (1.0 / 360 - square / 1260));
}

std::int64_t small_poisson(Random& random, double mean) {
  const double limit = std::exp(-mean);
  std::int64_t count = 0;
  double product = random.uniform();
  while (product > limit) {
    product *= random.uniform();
    ++count;
  }
  return count;
}

std::int64_t large_poisson(Random& random, double mean) {
  const double log_mean = std::log(mean);
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double accepted = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = random.uniform() - 0.5;
    const double v = random.uniform();
    const double s = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / s + b) * u + mean + 0.43);
    if (s >= 0.07 && v <= accepted) return static_cast<std::int64_t>(k);
    if (k < 0 || (s < 0.013 && v > s)) continue;
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (s * s) + b) <=
        k * log_mean - mean - log_factorial(k))
      return static_cast<std::int64_t>(k);
  }
}

}  // namespace

std::int64_t AddressedDraws::poisson(double mean) {
  if (!(mean > 0)) return 0;
  return mean < 10 ? small_poisson(random_, mean) : large_poisson(random_, mean);
}

}  // namespace temper::corrupt
