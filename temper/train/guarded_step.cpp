#include "temper/train/guarded_step.h"

#include <optional>
#include <tuple>
#include <utility>

#include "temper/model/saved_buffers.h"
#include "temper/train/checkpoint.h"
#include "temper/train/data_parallel.h"
#include "temper/train/optimizer_shards.h"
#include "temper/train/share_state.h"

namespace temper::train {
namespace {

using recipe::OnNan;

/// find_not_finite() after an update. Ranks agree on it where each has a part of the optimizer's
/// state.
std::optional<NotFiniteTensor> find_after_update(const State& state) {
  auto found = find_not_finite(state);
  if (state.shards && any_of(state.ranks->group(), found.has_value()) && !found)
    found = NotFiniteTensor{"the optimizer's state of another process"};
  return found;
}

}  // namespace

GuardedStep::GuardedStep(LoadAnchor load) : load_(std::move(load)) {}

GuardedStep::GuardedStep(std::filesystem::path checkpoints)
    : load_([checkpoints = std::move(checkpoints)](State& state, std::int64_t step) {
        load_checkpoint(state, checkpoint_at(checkpoints, step));
      }) {}

StepResult GuardedStep::operator()(State& state, const recipe::Recipe& recipe,
                                   const data::Batch& batch, Times& times, Norms* norms) const {
  const auto& guard = recipe.guard;
  std::optional<model::SavedBuffers> buffers;
  if (guard.nan == OnNan::skip) buffers.emplace(*state.network);
  auto result = step(state, recipe, batch, times, norms);
  if (!result.not_finite && guard.nan == OnNan::rollback)
    if (auto tensor = find_after_update(state))
      result.not_finite =
          NotFinite{.loss = result.loss.item<double>(), .tensor = std::move(tensor)};
  if (!result.not_finite) {
    state.left_out_in_row = 0;
    return result;
  }
  ++state.left_out;
  ++state.left_out_in_row;
  if (guard.nan == OnNan::stop) return result;
  if (buffers)
    buffers->restore();
  else
    roll_back(state, guard);
  average(state, recipe, regularize::Applied::no);
  return result;
}

void GuardedStep::roll_back(State& state, const recipe::Guard& guard) const {
  const auto anchor = anchor_below(state.step - 1, state.origin, guard.anchor_every);
  const auto place = std::tuple(state.step, state.origin, state.left_out, state.left_out_in_row,
                                state.plateaus, state.stop);
  auto best = std::exchange(state.best, std::nullopt);  // so that it is not loaded
  auto* const group = state.ranks ? &state.ranks->group() : nullptr;
  if (group == nullptr || group->leads()) {
    undivide_optimizer(state);
    load_(state, anchor);
  }
  if (group != nullptr) share_state(state, {}, *group);
  std::tie(state.step, state.origin, state.left_out, state.left_out_in_row, state.plateaus,
           state.stop) = place;
  state.best = std::move(best);
  state.network->train(true);
}

}  // namespace temper::train
