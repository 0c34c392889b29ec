#pragma once
#include <cstdint>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::schedule {

/// The length of the run that a schedule is laid over.
struct Horizon {
  std::int64_t steps_per_epoch = 1;  ///< >= 1
  std::int64_t total_steps = 1;      ///< >= 1
};

/// A stretch of the run; epochs and steps that are both given add up.
struct Duration {
  double epochs = 0;
  std::int64_t steps = 0;

  [[nodiscard]] double in_steps(const Horizon& horizon) const {
    return epochs * static_cast<double>(horizon.steps_per_epoch) + static_cast<double>(steps);
  }
  /// So many epochs where none of its own are given.
  [[nodiscard]] double in_steps_or(double otherwise, const Horizon& horizon) const {
    return epochs == 0 && steps == 0 ? Duration{.epochs = otherwise}.in_steps(horizon)
                                     : in_steps(horizon);
  }

  static constexpr auto fields() {
    return std::tuple{
        field(&Duration::epochs,
              {.name = "epochs", .meaning = "length in epochs", .bounds = {.low = 0}}),
        field(&Duration::steps,
              {.name = "steps", .meaning = "length in steps", .bounds = {.low = 0}})};
  }
};

/// Where a curve stands, in steps of its own clock.
struct Clock {
  double t = 0;       ///< since its start, at most `length`
  double length = 1;  ///< until its end
  Horizon horizon;
};

/// A span of steps that is whole but for the rounding of epochs times steps an epoch counts as
/// passed from that step on.
inline constexpr double kStepRounding = 1e-6;

/// How many whole spans have passed.
double spans_passed(double t, double span);

}  // namespace temper::schedule
