#pragma once
#include <ATen/core/Tensor.h>

namespace temper::measure {

/// A temperature that logits are divided by, and what it does to the loss it was fitted with.
struct Temperature {
  double value = 1;       ///< in [0.01, 100]; above 1: the network was too sure
  double before = 0;      ///< mean negative log-likelihood of the logits as they are, in nats
  double after = 0;       ///< of the divided ones
  bool at_bound = false;  ///< the loss would fall further outside the range: the labels are all
                          ///< found, or the logits know nothing about them
};

/// Temperature scaling (Guo et al. 2017, "On calibration of modern neural networks",
/// arXiv:1706.04599): the T whose softmax(z / T) gives labels the least negative log-likelihood.
/// Newton's method on 1/T, in which the loss is convex, in double precision; the same bits every
/// time. Fit it on validation images.
/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c). Throws as check() in inputs.h does: an empty set has
///                no temperature
Temperature fit_temperature(const at::Tensor& logits, const at::Tensor& labels);

/// logits / T in double precision, in which logits that differ in float32 stay different: the
/// largest one stays where it was.
/// @param temperature  > 0, finite. Throws Error{Code::data} otherwise
at::Tensor divided(const at::Tensor& logits, double temperature);

}  // namespace temper::measure
