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

/// Each has a function `evaluate(options, inputs)`. One whose options may contradict each other or
/// the number of classes has a member `check(classes)`.
using Loss = std::variant<CrossEntropy, Poly1, Focal, Bce, Mse, Huber, Custom>;

/// @return a scalar to call backward() on, float32 (float64 for float64 logits)
/// Throws Error{Code::usage} for options that don't fit the inputs, see check(), and for a Custom
/// without a function.
at::Tensor compute(const Loss& loss, const Inputs& inputs);

/// The divisors of the loss's means over a batch: Inputs::whole of its micro-batches.
/// @param targets   floating [n, c], before smoothing
/// @param labelled  bool [n], or undefined for all
Counts count(const Loss& loss, const at::Tensor& targets, const at::Tensor& labelled = {});

/// Whether the loss of a micro-batch needs Inputs::whole, because it is a mean over weighted rows.
/// For other losses a micro-batch's share is that of its labelled rows.
bool needs_batch_counts(const Loss& loss);

/// Throws Error{Code::usage} for options that contradict the number of classes or each other. The
/// message begins with the option's name ("weight ...").
void check(const Loss& loss, std::int64_t classes);

/// Whether compute() needs Inputs::prior.
bool needs_prior(const Loss& loss);

}  // namespace temper::loss

// Instantiated once, in loss.cpp, because its code is large.
extern template temper::Slot temper::slot(temper::loss::Loss& value);
