#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <variant>

#include "temper/loss/bce.h"
#include "temper/loss/cross_entropy.h"
#include "temper/loss/custom.h"
#include "temper/loss/focal.h"
#include "temper/loss/huber.h"
#include "temper/loss/inputs.h"
#include "temper/loss/mse.h"
#include "temper/loss/poly1.h"

namespace temper::loss {

using Loss = std::variant<CrossEntropy, Poly1, Focal, Bce, Mse, Huber, Custom>;

/// @return a scalar to call backward() on, float32 (float64 for float64 logits)
/// Throws Error{Code::usage} for options that don't fit the inputs, see check(), and for a Custom
/// without a function.
at::Tensor compute(const Loss& loss, const Inputs& inputs);

/// What the loss's means over a batch are divided by: Inputs::whole of its parts.
/// @param targets   floating [n, c], before smoothing
/// @param labelled  bool [n], or undefined for all
Counts count(const Loss& loss, const at::Tensor& targets, const at::Tensor& labelled = {});

/// Whether the loss of a part of a batch asks for Inputs::whole: its mean is over weights of rows.
/// That of any other part is its share by labelled rows.
bool wants_whole(const Loss& loss);

/// Throws Error{Code::usage} beginning with the option's name ("weight ...") for options
/// that don't fit so many classes, or each other.
void check(const Loss& loss, std::int64_t classes);

/// Whether compute() asks for Inputs::prior.
bool wants_prior(const Loss& loss);

}  // namespace temper::loss

// Compiled once, as its view is large.
extern template temper::Slot temper::slot(temper::loss::Loss& value);
