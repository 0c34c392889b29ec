#include "temper/study/engine/trajectory.h"

#include <algorithm>
#include <string>

#include "temper/recipe/trajectory.h"

namespace temper::study {
namespace {

/// The first part of a trial, or all of it.
struct Beginning {
  recipe::Trajectory trajectory;
  std::int64_t until;  ///< its last step
  const std::vector<std::string>* teachers;

  [[nodiscard]] std::int64_t common_steps(const Beginning& other) const {
    if (*teachers != *other.teachers) return 0;
    return std::min({trajectory.common_steps(other.trajectory), until, other.until});
  }
};

Beginning beginning_of(const Trial& trial, std::int64_t steps_per_epoch) {
  const auto& recipe = trial.before.empty() ? trial.recipe : trial.before.front().recipe;
  const auto horizon = recipe::horizon_of(recipe, steps_per_epoch);
  return {.trajectory = recipe::Trajectory(recipe, horizon),
          .until = trial.before.empty() ? horizon.total_steps : trial.before.front().until_step,
          .teachers = &trial.teachers};
}

}  // namespace

// Trajectories form a tree, as equal beginnings do. So each trial takes along those that share more
// steps with it than have been trained for both of them before, and every part of the tree is
// trained once, whatever the order.
std::vector<Branch> share_trajectories(std::span<const Trial> trials,
                                       std::span<const std::int64_t> steps_per_epoch) {
  std::vector<Beginning> beginnings;
  std::vector<Branch> branches;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    beginnings.push_back(beginning_of(trials[i], steps_per_epoch[i]));
    branches.push_back({.trial = i});
  }
  for (auto& one : branches) {
    for (auto other = one.trial + 1; other < trials.size(); ++other) {
      auto& branch = branches[other];
      if (branch.from_step != one.from_step) continue;
      const auto common = beginnings[one.trial].common_steps(beginnings[other]);
      if (common <= one.from_step) continue;
      one.companions.push_back(other);
      branch.from_step = common;
      branch.from = one.trial;
    }
  }
  return branches;
}

}  // namespace temper::study
