#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>

#include "temper/train/step.h"

namespace temper::train {

/// step(), followed for a non-finite loss, gradient or buffer by the action of recipe.guard: `skip`
/// restores BatchNorm's running statistics; `rollback` loads the weights, averages and optimizer
/// state of the last anchor, but keeps the position in the data and the plateaus' records, since
/// the same batches would give the same numbers again; `stop` leaves the state for the caller to
/// discard. `rollback` also undoes an update that leaves weights or a state of the optimizer that
/// are not finite, before they are saved as an anchor; the others would find them in the next step,
/// or before a save. A snapshot for an average that is due after a step that is not applied is of
/// the weights that this leaves.
class GuardedStep {
 public:
  /// Loads the anchor of a step into a state, as load_checkpoint() does. Of several ranks rank 0
  /// calls it.
  using LoadAnchor = std::function<void(State& state, std::int64_t step)>;

  explicit GuardedStep(LoadAnchor load);
  /// @param checkpoints  the directory of the anchors
  explicit GuardedStep(std::filesystem::path checkpoints);

  /// As step(). Throws Error: io or data when the anchor can't be read.
  StepResult operator()(State& state, const recipe::Recipe& recipe, const data::Batch& batch,
                        Times& times, Norms* norms = nullptr) const;

 private:
  void roll_back(State& state, const recipe::Guard& guard) const;

  LoadAnchor load_;
};

}  // namespace temper::train
