#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace temper::measure {

struct ProbeOptions {
  double c = 1;                          ///< inverse strength of the penalty, > 0
  double tolerance = 1e-8;               ///< of the largest derivative of the mean loss, > 0
  std::int64_t most_iterations = 10000;  ///< >= 1
  /// When set, called before every iteration; true ends the fit as it is.
  std::function<bool()> cancel = {};
};

/// A linear classifier of features.
struct LinearProbe {
  at::Tensor weight;            ///< double [classes, d]
  at::Tensor bias;              ///< double [classes]
  std::int64_t iterations = 0;  ///< of L-BFGS
  bool converged = false;       ///< whether the tolerance was reached
};

/// Multinomial logistic regression with an L2 penalty of the weights, not of the biases:
///
///   C sum_i -log softmax(W x_i + b)[y_i] + |W|^2 / 2
///
/// as scikit-learn's LogisticRegression; with two classes, where that is the regression of one
/// logit w, the penalty is |W|^2 and w the difference of the two rows. The objective is convex and
/// minimized by L-BFGS (Liu and Nocedal 1989, "On the limited memory BFGS method for large scale
/// optimization") from zero, in double, with a backtracking line search.
/// @param features  floating [n, d], finite
/// @param labels    int64 [n], each in [0, classes), of at least two classes
/// Throws Error{Code::data} otherwise, Error{Code::usage} for options that are out of range.
LinearProbe fit_linear_probe(const at::Tensor& features, const at::Tensor& labels,
                             std::int64_t classes, const ProbeOptions& options = {});

/// The logits, double [m, classes].
at::Tensor probe_logits(const LinearProbe& probe, const at::Tensor& features);

}  // namespace temper::measure
