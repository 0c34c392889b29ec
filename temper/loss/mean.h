#pragma once
#include <ATen/core/Tensor.h>

#include "temper/loss/inputs.h"

namespace temper::loss {

/// Logits, or their logarithmic softmax over the classes, in at least float32.
at::Tensor wide(const at::Tensor& logits);
at::Tensor log_probabilities(const at::Tensor& logits);

/// Mean of a value a row over the rows that have a label, or a part's share of it, see
/// Inputs::whole. 0 where no row has a label; what others hold, be it NaN, has no part in it.
/// @param values  floating [n]
at::Tensor mean_over_rows(const at::Tensor& values, const Inputs& inputs);

/// The same divided by the weights of the rows in place of their number.
/// @param values   floating [n], already weighted
/// @param weights  floating [n], >= 0
at::Tensor mean_by_weight(const at::Tensor& values, const at::Tensor& weights,
                          const Inputs& inputs);

}  // namespace temper::loss
