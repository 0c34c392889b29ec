#pragma once
#include <tuple>

#include "temper/core/keys.h"

namespace temper::statistics {

/// A confidence interval, in the units of the numbers that it was computed from.
struct Interval {
  double low = 0;
  double high = 0;

  static constexpr auto keys() {
    return std::tuple{key("low", &Interval::low), key("high", &Interval::high)};
  }
};

}  // namespace temper::statistics
