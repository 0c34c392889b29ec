#pragma once
#include <ATen/core/Tensor.h>

#include "temper/semi/inputs.h"

namespace temper::semi {

/// The squared differences of the predicted probabilities from the targets, averaged over the
/// classes and the views of every image.
/// @param inputs  with targets
/// @return float [m]
at::Tensor squared_rows(const Inputs& inputs);

}  // namespace temper::semi
