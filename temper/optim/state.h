#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace temper::optim {

/// A parameter as an optimizer sees it. One that doesn't require a gradient is frozen: never
/// touched.
struct Target {
  std::string name;
  at::Tensor value;    ///< the network's own; its gradient is value.grad()
  bool decays = true;  ///< weight decay applies (the caller decides, from the parameter's kind)
};

/// All that an optimizer remembers from step to step. To load a saved one, copy_ into the tensors
/// of a fresh one and set `step`: replacing them could lose their memory layout, and with it the
/// bits.
struct State {
  std::int64_t step = 0;                                    ///< steps done
  std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< "velocity/layer1.0.conv1.weight"
};

}  // namespace temper::optim
