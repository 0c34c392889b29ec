#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <string>

#include "temper/optim/state.h"

namespace temper::train {

/// Why a step must not be applied.
struct NotFinite {
  double loss = 0;
  std::string parameter;  ///< the first, in the network's order, whose gradient is not finite; ""
                          ///< where only the loss is not
};

/// Looks at a loss and at the gradients it gave, before they reach the weights.
std::optional<NotFinite> find_not_finite(const at::Tensor& loss,
                                         std::span<const optim::Target> targets);

}  // namespace temper::train
