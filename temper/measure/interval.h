#pragma once
#include <cstdint>
#include <tuple>

#include "temper/core/keys.h"

namespace temper::measure {

/// A confidence interval.
struct Interval {
  double low;
  double high;

  static constexpr auto keys() {
    return std::tuple{key("low", &Interval::low), key("high", &Interval::high)};
  }
};

/// The 95% Wilson interval of a fraction of `successes` out of `trials` (Wilson 1927, "Probable
/// inference, the law of succession, and statistical inference"), without continuity correction.
/// With z = 1.96, p = successes / trials, n = trials:
///
///   (p + z^2/2n  -+  z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)
///
/// It covers the variation over images, not over seeds. Within [0, 1], also for 0 and n successes.
/// @param successes  in [0, trials]; trials >= 1. Throws Error{Code::data} otherwise.
Interval wilson(std::int64_t successes, std::int64_t trials);

}  // namespace temper::measure
