#include "temper/train/guarded_step.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "temper/model/saved_buffers.h"
#include "temper/train/checkpoint.h"
#include "temper/train/data_parallel.h"
#include "temper/train/optimizer_shards.h"
#include "temper/train/share_state.h"

namespace temper::train {
using recipe::OnNan;

GuardedStep::GuardedStep(std::filesystem::path checkpoints, std::function<void()> settle)
    : checkpoints_(std::move(checkpoints)), settle_(std::move(settle)) {}

StepResult GuardedStep::operator()(State& state, const recipe::Recipe& recipe,
                                   const data::Batch& batch, Times& times, Norms* norms) const {
  const auto& guard = recipe.guard;
  std::optional<model::SavedBuffers> buffers;
  if (guard.nan == OnNan::skip) buffers.emplace(*state.network);
  auto result = step(state, recipe, batch, times, norms);
  if (!result.not_finite && guard.nan == OnNan::rollback)
    if (auto tensor = find_not_finite(state))
      result.not_finite =
          NotFinite{.loss = result.loss.item<double>(), .tensor = std::move(tensor)};
  if (!result.not_finite) {
    state.left_out_in_row = 0;
    return result;
  }
  ++state.left_out;
  ++state.left_out_in_row;
  if (buffers) buffers->restore();
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
  auto* const group = state.ranks ? &state.ranks->group() : nullptr;
  if (group == nullptr || group->leads()) {
    undivide_optimizer(state);
    load_checkpoint(state, checkpoint_at(checkpoints_, anchor));
  }
  if (group != nullptr) share_state(state, {}, *group);
  std::tie(state.step, state.origin, state.left_out, state.left_out_in_row, state.plateaus,
           state.stop) = place;
  state.best = std::move(best);
  state.network->train(true);
}

}  // namespace temper::train
