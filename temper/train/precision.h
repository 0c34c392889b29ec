#pragma once
#include <c10/core/ScalarType.h>

#include "temper/recipe/recipe.h"
#include "temper/train/device.h"

namespace temper::train {

/// Resolves "auto" to bf16 where it is faster than fp32: on GPUs from Ampere on and on processors
/// with AMX; otherwise to fp32. AVX512-BF16 alone was measured to be slower than fp32
/// (docs/performance.md). Throws Error{Code::usage} for bf16 on hardware without it, which would
/// emulate it a hundred times slower than fp32.
recipe::Precision resolve_precision(recipe::Precision asked, const ComputeDevice& processor);

/// The number format of a network's layers; float for "auto".
at::ScalarType format_of(recipe::Precision precision);

/// The number format in which a run's network predicts on this processor: that of its run, except
/// float where this processor would emulate bfloat16.
at::ScalarType format_here(recipe::Precision of_run);

}  // namespace temper::train
