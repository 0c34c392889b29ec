#pragma once
#include <filesystem>
#include <functional>

#include "temper/train/step.h"

namespace temper::train {

/// step(), and what recipe.guard says of one that is not finite: `skip` puts BatchNorm's statistics
/// back, `rollback` loads the weights, averages and optimizer state of the last anchor and keeps
/// the place in the data and what plateaus have seen, since the same batches would give the same
/// numbers again. `stop` leaves
/// the state for the caller to drop.
class GuardedStep {
 public:
  /// @param checkpoints  where the anchors lie
  /// @param settle       called before an anchor is read, when set: whoever writes it may be at
  /// work
  explicit GuardedStep(std::filesystem::path checkpoints, std::function<void()> settle = {});

  /// As step(). Throws Error: io, data when the anchor can't be read.
  StepResult operator()(State& state, const recipe::Recipe& recipe, const data::Batch& batch,
                        Times& times, Norms* norms = nullptr) const;

 private:
  void roll_back(State& state, const recipe::Guard& guard) const;

  std::filesystem::path checkpoints_;
  std::function<void()> settle_;
};

}  // namespace temper::train
