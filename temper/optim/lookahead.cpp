#include "temper/optim/lookahead.h"

#include <ATen/core/grad_mode.h>

#include "temper/core/error.h"

namespace temper::optim {

void remember_slow(State& state, std::span<const Target> targets) {
  const at::NoGradGuard guard;
  const auto first = state.tensors.size();
  remember(state, "slow", targets);
  for (std::size_t i = 0; i < targets.size(); ++i)
    state.tensors[first + i].second.copy_(targets[i].value);
}

void look_ahead(const Lookahead& options, std::span<const Target> targets, const State& state) {
  if (state.step % options.every != 0) return;
  if (state.tensors.size() < targets.size())
    throw Error(Code::internal, "the optimizer's state belongs to other parameters");
  const at::NoGradGuard guard;
  const auto first = state.tensors.size() - targets.size();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!targets[i].value.requires_grad()) continue;
    const auto& slow = state.tensors[first + i].second;
    slow.lerp_(targets[i].value, options.alpha);
    targets[i].value.copy_(slow);
  }
}

}  // namespace temper::optim
