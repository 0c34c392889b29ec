#pragma once
#include <functional>
#include <span>
#include <vector>

#include "temper/optim/state.h"

/// Parameters of fewer bits than float32 (bfloat16, float16) are updated in float32: their state
/// holds a master of each, which the rule steps, and its rounding is what the network has. All that
/// is remembered of them is float32 too.
namespace temper::optim {

/// Whether any of the parameters has fewer bits than float32.
bool any_reduced(std::span<const Target> targets);

/// A float32 copy of every parameter of fewer bits: "master/...".
State masters_of(std::span<const Target> targets);

/// The weights that a rule steps: the parameters' masters, or their own values. Shares memory.
/// Throws Error{Code::internal} when the state belongs to other parameters.
std::vector<at::Tensor> full_precision(std::span<const Target> targets, const State& state);

/// The targets with masters in their place, and gradients in their precision. Shares memory.
std::vector<Target> with_masters(std::span<const Target> targets, const State& state);

/// Calls `update` with masters in place of the parameters of fewer bits, and rounds them into
/// those. Elements that were changed from outside since are taken from the parameters first.
void update_masters(std::span<const Target> targets, const State& state,
                    const std::function<void(std::span<const Target>)>& update);

}  // namespace temper::optim
