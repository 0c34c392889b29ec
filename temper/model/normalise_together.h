#pragma once
#include <ATen/core/Tensor.h>

#include "temper/model/normalise.h"

namespace temper::model {

/// normalise() in training with Mode::sums, without what is fused, by LibTorch's functions: for
/// number formats, devices and layouts that temper's kernels don't have. Every process sums over
/// its images in the number format of the input, or in float where that is shorter.
at::Tensor normalise_together(const Normalisation& norm, const Mode& mode, const at::Tensor& x);

}  // namespace temper::model
