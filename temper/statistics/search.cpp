#include "temper/statistics/search.h"

#include <algorithm>

namespace temper::statistics {

std::int64_t fewest(std::int64_t least, const std::function<bool(std::int64_t)>& enough) {
  std::int64_t low = least - 1;  // not enough
  std::int64_t high = least;
  while (high < kMostPairs && !enough(high)) {
    low = high;
    high = std::min(least + 2 * (high - least) + 1, kMostPairs);
  }
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

double reaches(double value, const std::function<double(double)>& function) {
  double low = 0, high = 1;
  while (function(high) < value) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-13 * high) {
    const double middle = low + (high - low) / 2;
    (function(middle) < value ? low : high) = middle;
  }
  return high;
}

}  // namespace temper::statistics
