#pragma once
#include <functional>
#include <span>
#include <vector>

#include "temper/optim/state.h"

/// Reduced-precision parameters (bfloat16, float16) are updated in float32: the state holds a
/// float32 master copy of each, which the rule updates and which is rounded into the parameter. All
/// other state of these parameters is float32 too.
namespace temper::optim {

/// Whether any of the parameters has reduced precision (bfloat16, float16).
bool any_reduced(std::span<const Target> targets);

/// A float32 master copy of every reduced-precision parameter: "master/...".
State masters_of(std::span<const Target> targets);

/// The weights that a rule updates: the parameters' master copies, or their own values. Shares
/// memory.
/// Throws Error{Code::internal} when the state belongs to other parameters.
std::vector<at::Tensor> full_precision(std::span<const Target> targets, const State& state);

/// The targets with master copies in place of the reduced-precision parameters, and their gradients
/// in float32. Shares memory.
std::vector<Target> with_masters(std::span<const Target> targets, const State& state);

/// Calls `update` with master copies in place of the reduced-precision parameters, and rounds them
/// into the parameters. Elements that were changed from outside since the last update are copied
/// from the parameters into the masters first.
void update_masters(std::span<const Target> targets, const State& state,
                    const std::function<void(std::span<const Target>)>& update);

}  // namespace temper::optim
