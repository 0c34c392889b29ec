#pragma once
#include <cstdint>
#include <string>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/core/horizon.h"
#include "temper/core/onset.h"

namespace temper::schedule {

using temper::Horizon;  ///< of the run that a schedule covers

/// A duration; epochs and steps that are both given add up.
struct Duration {
  double epochs = 0;
  std::int64_t steps = 0;

  [[nodiscard]] double in_steps(const Horizon& horizon) const {
    return epochs * static_cast<double>(horizon.steps_per_epoch) + static_cast<double>(steps);
  }
  /// As in_steps(), or `otherwise` epochs if neither epochs nor steps are given.
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

/// The position in a curve, in steps of its own clock.
struct Clock {
  double t = 0;       ///< since its start, at most `length`
  double length = 1;  ///< until its end
  Horizon horizon;
};

/// Tolerance for the rounding of epochs times steps per epoch: a span that ends within it after a
/// step counts as passed at that step.
inline constexpr double kStepRounding = 1e-6;

/// The number of whole spans that have passed.
double spans_passed(double t, double span);

/// So many of a run's first steps are all looked at before it, and as many of the others.
inline constexpr std::int64_t kEveryStep = 5'000'000;

/// The step that a check before a run looks at after `step`, from 0 on; the run's length after its
/// last one. Every step of a run of up to 2 * every steps, so that a check is over in a second or
/// two; of a longer one the first `every`, and as many others at equal distances.
std::int64_t next_checked(std::int64_t step, const Horizon& horizon,
                          std::int64_t every = kEveryStep);

/// The onset of what happens at time t, a step that may be a fraction.
Onset onset_at(double t, const Horizon& horizon, std::string option, std::string otherwise);

}  // namespace temper::schedule
