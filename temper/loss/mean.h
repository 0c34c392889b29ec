#pragma once
#include <ATen/core/Tensor.h>

#include "temper/loss/inputs.h"

namespace temper::loss {

/// The logits, or their log-softmax over the classes, in at least float32.
at::Tensor wide(const at::Tensor& logits);
at::Tensor log_probabilities(const at::Tensor& logits);

/// Mean of one value per row over the rows that have a label, or a micro-batch's share of it, see
/// Inputs::whole. 0 if no row has a label; values of other rows, even NaN, are ignored.
/// @param values  floating [n]
at::Tensor mean_over_rows(const at::Tensor& values, const Inputs& inputs);

/// The same divided by the sum of the rows' weights instead of their number.
/// @param values   floating [n], already weighted
/// @param weights  floating [n], >= 0
at::Tensor mean_by_weight(const at::Tensor& values, const at::Tensor& weights,
                          const Inputs& inputs);

}  // namespace temper::loss
