#include "temper/optim/optimizer.h"

#include <ATen/core/grad_mode.h>

#include <vector>

namespace temper::optim {
namespace {

std::vector<Target> without_missing(std::span<const Target> targets) {
  std::vector<Target> result(targets.begin(), targets.end());
  for (auto& target : result) target.frozen = target.frozen || !target.value.grad().defined();
  return result;
}

}  // namespace

void check(const Optimizer& optimizer) {
  std::visit(
      [](const auto& options) {
        if constexpr (requires { options.check(); }) options.check();
        check_decay(decay_options(options));
      },
      optimizer);
}

State start(const Optimizer& optimizer, std::span<const Target> targets) {
  const at::NoGradGuard guard;
  return std::visit([&](const auto& options) { return start(options, targets); }, optimizer);
}

void step(const Optimizer& optimizer, std::span<const Target> targets, State& state,
          Missing missing) {
  const at::NoGradGuard guard;
  const auto present = missing == Missing::skip ? without_missing(targets) : std::vector<Target>{};
  const auto updated = missing == Missing::skip ? std::span<const Target>(present) : targets;
  std::visit([&](const auto& options) { step(options, updated, state); }, optimizer);
  ++state.step;
}

void zero_gradients(std::span<const Target> targets) {
  for (const auto& target : targets) target.value.mutable_grad().reset();
}

}  // namespace temper::optim
