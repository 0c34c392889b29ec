#pragma once
#include <ATen/core/Tensor.h>

namespace temper::measure {

/// Mean negative log-likelihood of hard labels, in nats: the cross-entropy without smoothing,
/// weights or penalties, computed in double precision. ln(c) for uniform predictions.
/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c). Throws as check() in inputs.h does
double negative_log_likelihood(const at::Tensor& logits, const at::Tensor& labels);

/// The same for each row, double [n].
at::Tensor negative_log_likelihoods(const at::Tensor& logits, const at::Tensor& labels);

/// The confidence: softmax probability of the predicted class of each row.
/// @param logits  floating [n, c], finite. Throws as check_logits() in inputs.h does
/// @return double [n], each in [1/c, 1]
at::Tensor confidence(const at::Tensor& logits);

}  // namespace temper::measure
