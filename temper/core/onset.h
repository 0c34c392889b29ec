#pragma once
#include <string>
#include <utility>
#include <vector>

#include "temper/core/horizon.h"

namespace temper {

/// When an option that counts steps or epochs (a warm-up, an interval, a patience) first has an
/// effect. A struct of options that has such options says so in a member
/// `std::vector<Onset> onsets(const Horizon& run) const`; recipe/late.h reads it.
struct Onset {
  std::string option;     ///< its name: "every"
  double needed = 0;      ///< the number of steps that a run needs for the effect
  double available = 0;   ///< the number of steps that there are, of the run or of a part of it
  std::string otherwise;  ///< what is so with fewer steps: "the average is never updated"
  bool refused = false;   ///< fewer steps are refused, since the run's weights would be wrong

  /// Of an option for which all steps of the run count.
  static Onset in(const Horizon& run, std::string option, double needed, std::string otherwise) {
    return {.option = std::move(option),
            .needed = needed,
            .available = static_cast<double>(run.total_steps),
            .otherwise = std::move(otherwise)};
  }

  [[nodiscard]] bool is_late() const { return needed > available; }
};

}  // namespace temper
