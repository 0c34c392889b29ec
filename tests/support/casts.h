#pragma once
#include <ATen/core/ivalue.h>

#include "temper/model/network.h"
#include "temper/model/observer.h"

namespace temper::testing {

/// The number of parameters that a forward pass casts to another number format.
inline std::int64_t casts(model::Network& network, const at::Tensor& images) {
  std::int64_t count = 0;
  const model::Observer observer([&](std::string_view name, model::Observer::Values inputs) {
    if (name == "aten::_to_copy" && inputs[0].toTensor().is_leaf() &&
        inputs[0].toTensor().requires_grad())
      ++count;
    return std::int64_t{0};
  });
  network.forward(images);
  return count;
}

}  // namespace temper::testing
