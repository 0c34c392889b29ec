#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper {

/// The kind of a random number.
enum class DrawKind : std::uint8_t { bits, uniform, below, normal, chance };

/// A random number that was drawn, with the parameters of its distribution.
struct Draw {
  DrawKind kind = DrawKind::bits;
  double low = 0;    ///< uniform: the lower end
  double high = 0;   ///< uniform: the upper end; below: the bound; chance: the probability
  double value = 0;  ///< chance: 1 for true, 0 for false
  bool operator==(const Draw&) const = default;
};

}  // namespace temper

template <>
struct temper::EnumNames<temper::DrawKind> {
  static constexpr std::array<std::string_view, 5> value{"bits", "uniform", "below", "normal",
                                                         "chance"};
};
