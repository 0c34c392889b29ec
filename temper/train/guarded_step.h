#pragma once
#include <filesystem>
#include <functional>

#include "temper/train/step.h"

namespace temper::train {

/// step(), followed for a non-finite loss, gradient or buffer by the action of recipe.guard: `skip`
/// restores BatchNorm's running statistics; `rollback` loads the weights, averages and optimizer
/// state of the last anchor, but keeps the position in the data and the plateaus' records, since
/// the same batches would give the same numbers again; `stop` leaves the state for the caller to
/// discard. `rollback` also undoes an update that leaves weights that are not finite, before they
/// are saved as an anchor; the others would find them in the next step, or before a save.
class GuardedStep {
 public:
  /// @param checkpoints  the directory of the anchors
  /// @param settle       when set, called before an anchor is read, to wait until it is written
  explicit GuardedStep(std::filesystem::path checkpoints, std::function<void()> settle = {});

  /// As step(). Throws Error: io or data when the anchor can't be read.
  StepResult operator()(State& state, const recipe::Recipe& recipe, const data::Batch& batch,
                        Times& times, Norms* norms = nullptr) const;

 private:
  void roll_back(State& state, const recipe::Guard& guard) const;

  std::filesystem::path checkpoints_;
  std::function<void()> settle_;
};

}  // namespace temper::train
