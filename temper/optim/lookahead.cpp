#include "temper/optim/lookahead.h"

#include <ATen/core/grad_mode.h>

#include "temper/core/error.h"
#include "temper/optim/master.h"

namespace temper::optim {

std::vector<Onset> Lookahead::onsets(const Horizon& run) const {
  return {Onset::in(run, "k", static_cast<double>(k), "the slow weights are never updated")};
}

void add_slow_weights(State& state, std::span<const Target> targets) {
  const at::NoGradGuard guard;
  const auto first = state.tensors.size();
  const auto stepped = with_masters(targets, state);
  add_state(state, "slow", stepped);
  for (std::size_t i = 0; i < stepped.size(); ++i)
    state.tensors[first + i].second.copy_(stepped[i].value);
}

void lookahead_step(const Lookahead& options, std::span<const Target> targets, const State& state) {
  if (state.step % options.k != 0) return;
  if (state.tensors.size() < targets.size())
    throw Error(Code::internal, "the optimizer's state belongs to other parameters");
  const at::NoGradGuard guard;
  const auto first = state.tensors.size() - targets.size();
  update_masters(targets, state, [&](std::span<const Target> stepped) {
    for (std::size_t i = 0; i < stepped.size(); ++i) {
      if (stepped[i].frozen || !stepped[i].value.requires_grad()) continue;
      const auto& slow = state.tensors[first + i].second;
      slow.lerp_(stepped[i].value, options.alpha);
      stepped[i].value.copy_(slow);
    }
  });
}

}  // namespace temper::optim
