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

struct Fraction {
  std::int64_t successes;
  std::int64_t trials;
};

/// The 95% interval of the difference a - b of two independent fractions (Newcombe 1998, "Interval
/// estimation for the difference between independent proportions", method 10). With the fractions
/// p, q and Wilson's intervals [l_p, u_p], [l_q, u_q]:
///
///   p - q - sqrt((p - l_p)^2 + (u_q - q)^2)   to   p - q + sqrt((u_p - p)^2 + (q - l_q)^2)
///
/// Within [-1, 1], and of some width also where all or none are successes. Throws as wilson() does.
Interval newcombe(const Fraction& a, const Fraction& b);

}  // namespace temper::measure
