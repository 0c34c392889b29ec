#pragma once
#include <ATen/core/Tensor.h>

namespace temper::measure {

/// Check the inputs of the metrics: logits, floating [n, c], and labels, int64 [n], each in [0, c),
/// with n >= 1 and c >= 2. Throw Error{Code::data} for anything else and Error{Code::numerical} if
/// a logit is not finite, because the network has diverged.
void check_logits(const at::Tensor& logits);
void check(const at::Tensor& logits, const at::Tensor& labels);

}  // namespace temper::measure
