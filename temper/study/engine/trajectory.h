#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "temper/study/engine/trial.h"

/// Which trials share one training trajectory. Trials whose recipes differ only in what observes
/// the training (averages, evaluation, early stopping, checkpoints, log), in the length of the run,
/// or only from some step on, have equal weights up to that step: recipe/trajectory.h says how
/// long. One process trains these steps once, and keeps the directories of all of them: see
/// run::Companion. Each of the others then goes on from its own checkpoint, like a run that was
/// stopped there, so that its files have the bytes of a run that was trained alone. Of a trial with
/// parts (Trial::before) the first one takes part in this.
namespace temper::study {

/// A trial in the order in which they are trained.
struct Branch {
  std::size_t trial = 0;       ///< its index
  std::int64_t from_step = 0;  ///< the number of its steps that other trials' processes train
  std::optional<std::size_t> from = {};      ///< the last of these trials: it starts after this one
  std::vector<std::size_t> companions = {};  ///< later trials that its process trains along: its
                                             ///< RunOptions::companions. Meanwhile nobody else may
                                             ///< work in their directories.
};

/// Every trial once, in their order; each comes after its Branch::from.
/// @param steps_per_epoch  of each trial. A wrong number makes the plan worse and no result wrong,
///                         since run() computes the common steps of the plans
std::vector<Branch> share_trajectories(std::span<const Trial> trials,
                                       std::span<const std::int64_t> steps_per_epoch);

}  // namespace temper::study
