#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <string>

#include "temper/optim/state.h"

namespace temper::train {

/// The non-finite value (NaN or infinity) for which a step is not applied.
struct NotFinite {
  double loss = 0;
  std::string parameter;  ///< the first one, in the network's order, with a non-finite gradient;
                          ///< "" where only the loss is not finite
};

/// Checks the loss and its gradients before the update. @return nothing where all are finite
std::optional<NotFinite> find_not_finite(const at::Tensor& loss,
                                         std::span<const optim::Target> targets);

}  // namespace temper::train
