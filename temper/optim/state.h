#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace temper::optim {

/// What a parameter is; the caller knows it from the type of the module that holds it.
enum class Kind : std::uint8_t {
  weight,  ///< filters and matrices
  bias,
  norm,  ///< scale and shift of a normalisation
  head   ///< the weight of the layer that gives the logits
};

/// A parameter as an optimizer sees it. One that doesn't require a gradient is never touched.
struct Target {
  std::string name;
  at::Tensor value;  ///< the network's own; its gradient is value.grad()
  Kind kind = Kind::weight;
  double lr_scale = 1;     ///< multiplies the learning rate
  double decay_scale = 1;  ///< multiplies the weight decay; 0: none
  bool frozen = false;     ///< left alone for now, as if it did not require a gradient
};

/// All that an optimizer remembers from step to step. To load a saved one, copy_ into the tensors
/// of a fresh one and set `step`: replacing them could lose their memory layout, and with it the
/// bits.
struct State {
  std::int64_t step = 0;                                    ///< steps done
  std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< "velocity/layer1.0.conv1.weight"
};

/// Adds a tensor a parameter, each filled with one value and laid out as its parameter is.
void remember(State& state, std::string_view what, std::span<const Target> targets,
              double value = 0);

}  // namespace temper::optim
