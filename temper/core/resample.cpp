#include "temper/core/resample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace temper {

double resampled_mean(std::span<const double> values, Random random) {
  const std::uint64_t n = values.size();
  double sum = 0;
  for (std::uint64_t i = 0; i < n; ++i) sum += values[(random() * n) >> 32U];
  return sum / static_cast<double>(values.size());
}

double quantile(std::span<const double> sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - std::floor(position));
}

}  // namespace temper
