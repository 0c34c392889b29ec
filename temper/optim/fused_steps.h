#pragma once
#include "temper/optim/bucket.h"

namespace temper::optim {

/// The number of the step, from 1, as LibTorch's fused kernels want it: a scalar a parameter.
std::vector<at::Tensor> fused_steps(const Bucket& bucket, std::int64_t step);

}  // namespace temper::optim
