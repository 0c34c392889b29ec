#include "temper/measure/interval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "temper/core/error.h"

namespace temper::measure {

Interval wilson(std::int64_t successes, std::int64_t trials) {
  if (trials < 1 || successes < 0 || successes > trials)
    throw Error(Code::data, fmt::format("{} successes of {} trials: expected 0 <= successes <= "
                                        "trials, and at least one trial",
                                        successes, trials));
  constexpr double z = 1.959963984540054;  // the normal distribution's 97.5% point
  const auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double scale = 1 + z * z / n;
  const double centre = (p + z * z / (2 * n)) / scale;
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
  // Exactly 0 or 1 at the ends, where rounding could give a slightly different value.
  return {successes == 0 ? 0 : std::max(0.0, centre - half),
          successes == trials ? 1 : std::min(1.0, centre + half)};
}

Interval newcombe(const Fraction& a, const Fraction& b) {
  const auto of_a = wilson(a.successes, a.trials);
  const auto of_b = wilson(b.successes, b.trials);
  const double p = static_cast<double>(a.successes) / static_cast<double>(a.trials);
  const double q = static_cast<double>(b.successes) / static_cast<double>(b.trials);
  // The limits are for rounding alone.
  return {std::max(-1.0, p - q - std::hypot(p - of_a.low, of_b.high - q)),
          std::min(1.0, p - q + std::hypot(of_a.high - p, q - of_b.low))};
}

}  // namespace temper::measure
