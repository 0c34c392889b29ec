#pragma once
#include <ATen/core/Tensor.h>

namespace temper::measure {

/// What every measure of this room takes: logits, floating [n, c], and labels, int64 [n], n >= 1
/// and c >= 2, each label in [0, c). Throws Error{Code::data} for anything else and
/// Error{Code::numerical} when a logit is not finite: a network that has diverged has no accuracy.
void check_logits(const at::Tensor& logits);
void check(const at::Tensor& logits, const at::Tensor& labels);

}  // namespace temper::measure
