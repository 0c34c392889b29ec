#include "temper/optim/optimizer.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "temper/optim/master.h"

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
  auto masters = masters_of(targets);
  const auto stepped = with_masters(targets, masters);
  auto state =
      std::visit([&](const auto& options) { return start_rule(options, stepped); }, optimizer);
  std::ranges::move(masters.tensors, std::back_inserter(state.tensors));
  return state;
}

void step(const Optimizer& optimizer, std::span<const Target> targets, State& state,
          Missing missing) {
  const at::NoGradGuard guard;
  const auto present = missing == Missing::skip ? without_missing(targets) : std::vector<Target>{};
  const auto updated = missing == Missing::skip ? std::span<const Target>(present) : targets;
  update_masters(updated, state, [&](std::span<const Target> stepped) {
    std::visit([&](const auto& options) { step_rule(options, stepped, state); }, optimizer);
  });
  ++state.step;
}

void zero_gradients(std::span<const Target> targets) {
  for (const auto& target : targets) target.value.mutable_grad().reset();
}

}  // namespace temper::optim

template temper::Slot temper::slot(temper::optim::Optimizer& value);
