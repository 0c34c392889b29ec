#include "temper/schedule/horizon.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace temper::schedule {

double spans_passed(double t, double span) {
  return std::floor((t + kStepRounding) / span);
}

std::int64_t next_checked(std::int64_t step, const Horizon& horizon, std::int64_t every) {
  const auto last = horizon.total_steps - 1;
  const auto others = horizon.total_steps - every;
  if (step + 1 < every || others <= 0 || step >= last) return step + 1;
  return std::min(step + (others + every - 1) / every, last);
}

Onset onset_at(double t, const Horizon& horizon, std::string option, std::string otherwise) {
  return Onset::in(horizon, std::move(option), std::ceil(t - kStepRounding) + 1,
                   std::move(otherwise));
}

}  // namespace temper::schedule
