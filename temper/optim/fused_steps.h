#pragma once
#include "temper/optim/bucket.h"

namespace temper::optim {

/// The step number, counted from 1, as LibTorch's fused kernels expect it: a scalar tensor for each
/// parameter.
std::vector<at::Tensor> fused_steps(const Bucket& bucket, std::int64_t step);

}  // namespace temper::optim
