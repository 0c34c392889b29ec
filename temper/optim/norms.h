#pragma once
#include <vector>

#include "temper/optim/state.h"

namespace temper::optim {

/// The Euclidean norm of every tensor, with one transfer from the device.
std::vector<double> norms(const std::vector<at::Tensor>& tensors);

}  // namespace temper::optim
