#pragma once
#include "temper/optim/bucket.h"

namespace temper::optim {

/// The number of updates including this one, as LibTorch's fused kernels expect it: a scalar tensor
/// for each parameter.
std::vector<at::Tensor> fused_steps(const Bucket& bucket);

}  // namespace temper::optim
