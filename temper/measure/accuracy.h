#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace temper::measure {

/// Number of rows whose label is among the k classes with the largest logits. Of equal logits the
/// lower class comes first, so that k = 1 agrees with argmax.
/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c)
/// @param k       in [1, c]. Throws Error{Code::data} otherwise, and as check() in inputs.h does
std::int64_t top_k_hits(const at::Tensor& logits, const at::Tensor& labels, std::int64_t k = 1);

/// The fraction of such rows, in [0, 1].
double top_k_accuracy(const at::Tensor& logits, const at::Tensor& labels, std::int64_t k = 1);

}  // namespace temper::measure
