#pragma once
#include <span>
#include <variant>

#include "temper/optim/sgd.h"
#include "temper/optim/state.h"

namespace temper::optim {

using Optimizer = std::variant<Sgd>;

/// Throws Error{Code::usage} for options that don't go together.
void check(const Optimizer& optimizer);

/// The state before the first step, its tensors laid out as the parameters are.
State start(const Optimizer& optimizer, std::span<const Target> targets);

/// One update from the gradients, in place, unseen by autograd. The gradients are left as they are.
/// A trainable parameter without a gradient counts as one whose gradient is zero: decay and
/// momentum still act on it.
/// @param targets  the same parameters in the same order as at the start
void step(const Optimizer& optimizer, std::span<const Target> targets, State& state);

/// Drops the gradients; the next backward pass makes new ones without adding to them.
void zero_gradients(std::span<const Target> targets);

}  // namespace temper::optim
