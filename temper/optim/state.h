#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace temper::optim {

/// The kind of a parameter; the caller derives it from the type of the module that holds it.
enum class Kind : std::uint8_t {
  weight,  ///< convolution filters and weight matrices
  bias,
  norm,  ///< scale and shift of a normalization layer
  head   ///< the weight of the layer that outputs the logits
};

/// A parameter to optimize. One that doesn't require a gradient is never changed.
struct Target {
  std::string name;
  at::Tensor value;  ///< the network's own tensor; its gradient is value.grad()
  Kind kind = Kind::weight;
  double lr_scale = 1;     ///< multiplies the learning rate
  double decay_scale = 1;  ///< multiplies the weight decay; 0: none
  bool frozen = false;     ///< not updated for now, as if it did not require a gradient
  /// A bfloat16 copy of `value` that step() may write as well; undefined or empty: none. When the
  /// versions of both have increased by the same number, the copy holds the rounded new values.
  at::Tensor copy = {};
};

/// The state that an optimizer keeps between steps. To load a saved state, copy_ its tensors into
/// those of a fresh one and set `step`: replacing the tensors could lose their memory layout, and
/// with it bit-exact results.
struct State {
  std::int64_t step = 0;                                    ///< steps done
  std::vector<std::pair<std::string, at::Tensor>> tensors;  ///< "velocity/layer1.0.conv1.weight"
};

/// Adds a tensor for each parameter, filled with `value` and with its parameter's memory layout.
void add_state(State& state, std::string_view what, std::span<const Target> targets,
               double value = 0);
/// Adds the number of each parameter's updates so far, "updates/...", for
/// for_each_counted_bucket().
void add_updates(State& state, std::span<const Target> targets);

}  // namespace temper::optim
