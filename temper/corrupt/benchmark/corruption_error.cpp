#include "temper/corrupt/benchmark/corruption_error.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace temper::corrupt {

double alexnet_error(Kind kind) {
  // NOLINTBEGIN(modernize-use-std-numbers): one is near a constant by accident
  static constexpr std::array<double, kBenchmarkKinds> errors{
      0.886428, 0.894468, 0.922640, 0.819880, 0.826268, 0.785948, 0.798360, 0.866816,
      0.826572, 0.819324, 0.564592, 0.853204, 0.646056, 0.717840, 0.606500};
  // NOLINTEND(modernize-use-std-numbers)
  return errors.at(static_cast<std::size_t>(kind));
}

std::optional<MeanErrors> mean_errors(std::span<const KindError> errors, double clean) {
  MeanErrors means;
  for (int k = 0; k < kBenchmarkKinds; ++k) {
    const auto found = std::ranges::find(errors, static_cast<Kind>(k), &KindError::kind);
    if (found == errors.end()) return std::nullopt;
    means.error += found->error / kBenchmarkKinds;
    means.normalised += found->normalised() / kBenchmarkKinds;
    means.relative += found->relative(clean) / kBenchmarkKinds;
  }
  return means;
}

}  // namespace temper::corrupt
