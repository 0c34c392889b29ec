#pragma once
#include <algorithm>
#include <cstdint>

namespace temper::model {

/// `width` rounded to a multiple of 8, at least 8: the widths of published networks.
inline std::int64_t round_to_eight(double width) {
  return std::max<std::int64_t>(8, static_cast<std::int64_t>(width + 4) / 8 * 8);
}

/// The same, but never below 90% of `width`.
inline std::int64_t round_width(double width) {
  const auto rounded = round_to_eight(width);
  return static_cast<double>(rounded) < 0.9 * width ? rounded + 8 : rounded;
}

}  // namespace temper::model
