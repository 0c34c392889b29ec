#pragma once
#include <ATen/core/Tensor.h>

#include <tuple>

#include "temper/core/keys.h"

namespace temper::measure {

/// A temperature that logits are divided by, and the loss before and after.
struct Temperature {
  double value = 1;       ///< in [0.01, 100]; above 1: the network was overconfident
  double before = 0;      ///< mean negative log-likelihood of the logits as they are, in nats
  double after = 0;       ///< of the divided ones
  bool at_bound = false;  ///< the loss would decrease further outside the range: all labels are
                          ///< predicted, or the logits carry no information about them

  static constexpr auto keys() {
    return std::tuple{
        key("value", &Temperature::value), key("validation_loss_before", &Temperature::before),
        key("validation_loss_after", &Temperature::after), key("at_bound", &Temperature::at_bound)};
  }
};

/// Temperature scaling (Guo et al. 2017, "On calibration of modern neural networks",
/// arXiv:1706.04599): the T for which softmax(z / T) minimizes the negative log-likelihood of the
/// labels. Newton's method on 1/T, in which the loss is convex, in double precision; deterministic.
/// Fit it on validation images.
/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c). Throws as check() in inputs.h does, also for
///                an empty set
Temperature fit_temperature(const at::Tensor& logits, const at::Tensor& labels);

/// logits / T in double precision, so that logits that differ in float32 stay different and the
/// predicted class does not change.
/// @param temperature  > 0, finite. Throws Error{Code::data} otherwise
at::Tensor divided(const at::Tensor& logits, double temperature);

}  // namespace temper::measure
