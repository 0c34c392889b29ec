#include "temper/optim/optimizer.h"

#include <ATen/core/grad_mode.h>

namespace temper::optim {

void check(const Optimizer& optimizer) {
  std::visit([](const auto& options) { check(options); }, optimizer);
}

State start(const Optimizer& optimizer, std::span<const Target> targets) {
  const at::NoGradGuard guard;
  return std::visit([&](const auto& options) { return start(options, targets); }, optimizer);
}

void step(const Optimizer& optimizer, std::span<const Target> targets, State& state) {
  const at::NoGradGuard guard;
  std::visit([&](const auto& options) { step(options, targets, state); }, optimizer);
  ++state.step;
}

void zero_gradients(std::span<const Target> targets) {
  for (const auto& target : targets) target.value.mutable_grad().reset();
}

}  // namespace temper::optim
