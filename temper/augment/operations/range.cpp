#include "temper/augment/operations/range.h"

#include <algorithm>
#include <cmath>

namespace temper::augment {

std::int64_t round_half_even(double value) {
  return static_cast<std::int64_t>(std::nearbyint(value));
}

std::int64_t draw_up_to(std::int64_t most, Random& random) {
  return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most) + 1));
}

std::int64_t draw_whole(double low, double high, Random& random) {
  const double number = std::floor(random.uniform(low, high + 1));  // may be rounded up
  return static_cast<std::int64_t>(std::min(number, std::ceil(high)));
}

}  // namespace temper::augment
