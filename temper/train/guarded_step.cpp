#include "temper/train/guarded_step.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "temper/train/checkpoint.h"

namespace temper::train {
namespace {

using recipe::OnNan;

std::vector<at::Tensor> copies_of_buffers(const model::Network& network) {
  std::vector<at::Tensor> copies;
  for (const auto& buffer : network.buffers()) copies.push_back(buffer.value.detach().clone());
  return copies;
}

void put_back(const model::Network& network, const std::vector<at::Tensor>& buffers) {
  for (std::size_t i = 0; i < buffers.size(); ++i)
    network.buffers()[i].value.detach().copy_(buffers[i]);
}

}  // namespace

GuardedStep::GuardedStep(std::filesystem::path checkpoints, std::function<void()> settle)
    : checkpoints_(std::move(checkpoints)), settle_(std::move(settle)) {}

StepResult GuardedStep::operator()(State& state, const recipe::Recipe& recipe,
                                   const data::Batch& batch, Times& times, Norms* norms) const {
  const auto& guard = recipe.guard;
  const auto buffers =
      guard.nan == OnNan::skip ? copies_of_buffers(*state.network) : std::vector<at::Tensor>{};
  auto result = step(state, recipe, batch, times, norms);
  if (!result.not_finite) {
    state.left_out_in_row = 0;
    return result;
  }
  ++state.left_out;
  ++state.left_out_in_row;
  if (guard.nan == OnNan::skip) put_back(*state.network, buffers);
  if (guard.nan == OnNan::rollback) roll_back(state, guard);
  return result;
}

void GuardedStep::roll_back(State& state, const recipe::Guard& guard) const {
  if (settle_) settle_();
  const auto before = state.step - 1;
  const auto anchor = std::max(state.origin, before / guard.anchor_every * guard.anchor_every);
  const auto place = std::tuple(state.step, state.origin, state.left_out, state.left_out_in_row,
                                state.plateaus, state.stop);
  auto best = std::exchange(state.best, std::nullopt);  // so that it is not loaded
  load_checkpoint(state, checkpoint_at(checkpoints_, anchor));
  std::tie(state.step, state.origin, state.left_out, state.left_out_in_row, state.plateaus,
           state.stop) = place;
  state.best = std::move(best);
  state.network->train(true);
}

}  // namespace temper::train
