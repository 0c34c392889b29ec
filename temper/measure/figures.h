#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "temper/core/keys.h"
#include "temper/measure/bootstrap.h"
#include "temper/measure/calibration.h"
#include "temper/measure/confusion.h"
#include "temper/measure/interval.h"

namespace temper::measure {

/// The calibration error over all images, in the three forms of calibration.h.
struct CalibrationErrors {
  double width = 0;     ///< bins of equal width: the form of most papers
  double mass = 0;      ///< bins that hold equally many images
  double debiased = 0;  ///< the same with its bias reduced; may be negative
  std::int64_t bins = 15;

  static constexpr auto keys() {
    return std::tuple{
        key("equal_width", &CalibrationErrors::width), key("equal_mass", &CalibrationErrors::mass),
        key("debiased", &CalibrationErrors::debiased), key("bins", &CalibrationErrors::bins)};
  }
};

/// @param bins  as reliability() takes them
CalibrationErrors calibration_errors(const at::Tensor& logits, const at::Tensor& labels,
                                     std::int64_t bins = 15);

struct MetricsOptions {
  std::int64_t k = 5;      ///< of the top-k accuracy, >= 1
  std::int64_t bins = 15;  ///< of calibration
  BootstrapOptions bootstrap = {};
};

/// The metrics of a network's predictions for a set of images.
struct Metrics {
  std::int64_t images = 0;
  std::int64_t classes = 0;
  std::int64_t correct = 0;
  Interval accuracy_interval = {};   ///< Wilson's, 95%
  Interval accuracy_bootstrap = {};  ///< over images, at the level of the options
  std::int64_t k = 0;
  std::optional<std::int64_t> top_k_correct;  ///< empty if there are at most k classes
  double nll = 0;                             ///< nats
  Interval nll_bootstrap = {};
  double brier = 0;
  CalibrationErrors calibration;
  std::vector<ReliabilityBin> bins;  ///< of equal width
  at::Tensor confusion;              ///< int64 [c, c], rows = true class
  std::vector<ClassCounts> counts;   ///< one per class

  /// Accuracies as fractions.
  [[nodiscard]] double accuracy() const;
  [[nodiscard]] std::optional<double> top_k() const;
};

/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c). Throws as check() in inputs.h does
Metrics figures(const at::Tensor& logits, const at::Tensor& labels,
                const MetricsOptions& options = {});

}  // namespace temper::measure
