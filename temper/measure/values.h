#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "temper/measure/bootstrap.h"
#include "temper/measure/interval.h"

/// How far predicted values are from the true ones: regression. Each value in its own unit, unless
/// something else is said.
namespace temper::measure {

/// A network's answers to images, and the truth.
struct ValueAnswers {
  at::Tensor predicted;           ///< double [n, d], n >= 1 and d >= 1, on the CPU
  at::Tensor targets;             ///< double [n, d], on the CPU
  std::vector<double> deviation;  ///< [d], > 0: by which errors of different values are compared
};

/// Throws Error{Code::data} for other shapes, types or targets and Error{Code::numerical} where a
/// prediction is not finite.
void check(const ValueAnswers& answers);

struct Errors {
  double rmse = 0;  ///< root of the mean squared error
  double mae = 0;   ///< mean absolute error
  /// Coefficient of determination, 1 - sum of squared errors / sum of squared distances from the
  /// mean of the targets; where all targets are the same 1 without an error and else 0, as
  /// scikit-learn has it; NaN of one image.
  double r2 = 0;
};

/// Of each value.
std::vector<Errors> errors(const ValueAnswers& answers);

/// The plain means over the values, as scikit-learn's multioutput = "uniform_average"; of several
/// values with different units R^2 alone has a meaning.
Errors mean_of(const std::vector<Errors>& errors);

/// Of each image: the mean over its values of ((predicted - target) / deviation)^2, double [n].
at::Tensor squared_errors(const ValueAnswers& answers);

/// The images with the largest of these, largest first, at most `limit`.
std::vector<std::int64_t> largest_errors(const ValueAnswers& answers, std::int64_t limit);

/// What the answers are worth.
struct ValueFigures {
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

ValueFigures value_figures(const ValueAnswers& answers, const BootstrapOptions& options = {});

}  // namespace temper::measure
