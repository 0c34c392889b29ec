#pragma once
#include <optional>
#include <span>
#include <tuple>

#include "temper/core/keys.h"
#include "temper/corrupt/benchmark/kind.h"

/// The figures of ImageNet-C (Hendrycks and Dietterich 2019). Errors are 1 - accuracy.
namespace temper::corrupt {

/// AlexNet's mean error over the five severities of a kind of the benchmark, on ImageNet-C: the
/// values by which published figures are divided (github.com/hendrycks/robustness; printed in
/// google-research/augmix).
double alexnet_error(Kind kind);

/// AlexNet's error on the clean validation set, as the paper states it.
inline constexpr double kAlexNetCleanError = 0.435;  // NOLINT(modernize-use-std-numbers)

/// The error of one kind, the mean over all five severities.
struct KindError {
  Kind kind = Kind::gaussian_noise;
  double error = 0;

  /// CE: the error divided by AlexNet's.
  [[nodiscard]] double normalised() const { return error / alexnet_error(kind); }
  /// Relative CE: the increase over the clean error divided by AlexNet's.
  [[nodiscard]] double relative(double clean) const {
    return (error - clean) / (alexnet_error(kind) - kAlexNetCleanError);
  }
};

/// Means over the 15 kinds of the benchmark.
struct MeanErrors {
  double error = 0;       ///< unnormalized, as for CIFAR-10-C
  double normalised = 0;  ///< mCE
  double relative = 0;    ///< relative mCE

  static constexpr auto keys() {
    return std::tuple{key("error", &MeanErrors::error), key("mce", &MeanErrors::normalised),
                      key("relative_mce", &MeanErrors::relative)};
  }
};

/// Nothing unless each of the 15 kinds is among the errors.
/// @param clean  the error without corruption
std::optional<MeanErrors> mean_errors(std::span<const KindError> errors, double clean);

}  // namespace temper::corrupt
