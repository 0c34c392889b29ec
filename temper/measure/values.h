#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <tuple>
#include <vector>

#include "temper/core/keys.h"
#include "temper/measure/bootstrap.h"
#include "temper/measure/interval.h"

/// Errors of predicted values: regression. Each value is in its own unit, unless stated otherwise.
namespace temper::measure {

/// A network's predictions for images, and the targets.
struct ValuePredictions {
  at::Tensor predicted;           ///< double [n, d], n >= 1 and d >= 1, on the CPU
  at::Tensor targets;             ///< double [n, d], on the CPU
  std::vector<double> deviation;  ///< [d], > 0: divisors that make errors of values comparable
};

/// Throws Error{Code::data} for other shapes, types or targets and Error{Code::numerical} where a
/// prediction is not finite.
void check(const ValuePredictions& answers);

struct Errors {
  double rmse = 0;  ///< root of the mean squared error
  double mae = 0;   ///< mean absolute error
  /// Coefficient of determination, 1 - sum of squared errors / sum of squared distances from the
  /// mean of the targets; if all targets are equal, 1 without errors and else 0, as in
  /// scikit-learn; NaN for a single image.
  double r2 = 0;

  static constexpr auto keys() {
    return std::tuple{key("rmse", &Errors::rmse), key("mae", &Errors::mae), key("r2", &Errors::r2)};
  }
};

/// The errors of each value.
std::vector<Errors> errors(const ValuePredictions& answers);

/// The unweighted means over the values, as scikit-learn's multioutput = "uniform_average"; for
/// values with different units only that of R^2 is meaningful.
Errors mean_of(const std::vector<Errors>& errors);

/// For each image the mean over its values of ((predicted - target) / deviation)^2, double [n].
at::Tensor squared_errors(const ValuePredictions& answers);

/// The images with the largest squared errors, in descending order, at most `limit`.
std::vector<std::int64_t> largest_errors(const ValuePredictions& answers, std::int64_t limit);

/// The metrics of the predictions.
struct ValueMetrics {
  struct One {
    Errors errors;
    Interval rmse_interval = {};  ///< bootstrap over images
    Interval mae_interval = {};   ///< the same
    double bias = 0;              ///< mean of predicted - target
  };
  std::int64_t images = 0;
  std::vector<One> values;
  Errors mean;                   ///< over the values
  double loss = 0;               ///< mean of squared_errors()
  Interval loss_bootstrap = {};  ///< over images
};

ValueMetrics value_metrics(const ValuePredictions& answers, const BootstrapOptions& options = {});

}  // namespace temper::measure
