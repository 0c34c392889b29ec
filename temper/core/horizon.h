#pragma once
#include <cstdint>

namespace temper {

/// The length of a run.
struct Horizon {
  std::int64_t steps_per_epoch = 1;  ///< >= 1
  std::int64_t total_steps = 1;      ///< >= 1

  /// The number of epochs that the first `steps` steps belong to; the last may be incomplete.
  [[nodiscard]] std::int64_t epochs(std::int64_t steps) const {
    return (steps + steps_per_epoch - 1) / steps_per_epoch;
  }
  /// The number of the run's epochs; the last may be incomplete.
  [[nodiscard]] std::int64_t epochs() const { return epochs(total_steps); }
};

}  // namespace temper
