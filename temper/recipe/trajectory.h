#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "temper/recipe/recipe.h"

namespace temper::recipe {

/// What the training of a run depends on: its options as far as they reach the training, and what
/// its schedules give for each step.
class Trajectory {
 public:
  /// Throws Error{Code::usage} as check_schedules() and resolve() do.
  Trajectory(const Recipe& recipe, const schedule::Horizon& horizon);

  /// The number of steps after each of which two runs on the same data have equal weights, buffers
  /// and optimizer state, bit for bit: at most the length of the shorter one, and at most as many
  /// as next_checked() looks at one by one. An option that differs ends it with its first effect;
  /// where that is not known, there are none:
  ///   - an option that does not reach the training (Meta::reach) has no effect on it, unless a
  ///     plateau schedule follows the scores of evaluations, and the option reaches these;
  ///   - a number that may have a schedule, and frozen stages, have that of the first step for
  ///     which ScheduleDriver gives another value;
  ///   - an option with an onset (core/onset.h) has none before it;
  ///   - any other differs from the first step on; also those of [evaluation] where the last layer
  ///     starts from a linear probe, since its features are of images read as in evaluation.
  /// With guard.nan = "rollback" there are none, since a state that is restored contains averages.
  [[nodiscard]] std::int64_t common_steps(const Trajectory& other) const;

 private:
  using Values = std::map<std::string, std::string>;  ///< TOML by path

  void sort_facts();
  void find_onsets();
  /// The first step before `limit` for which the values by step differ; `limit` without one.
  [[nodiscard]] std::int64_t first_difference(const Trajectory& other, std::int64_t limit) const;

  std::unique_ptr<Recipe> recipe_;  ///< its numbers change with the step
  schedule::Horizon horizon_;
  ScheduleDriver driver_;
  Values fixed_;                            ///< what reaches the training and has no schedule
  Values scored_;                           ///< what reaches scores but not the training
  std::map<std::string, double> onsets_;    ///< the steps needed for an option's first effect
  std::map<std::string, double*> numbers_;  ///< those that may have a schedule
  bool follows_scores_ = false;             ///< a plateau is part of the training
};

}  // namespace temper::recipe
