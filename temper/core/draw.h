#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper {

/// What a generator was asked for.
enum class DrawKind : std::uint8_t { bits, uniform, below, normal, chance };

/// A number that was drawn, with what was asked for: enough to say what happened.
struct Draw {
  DrawKind kind = DrawKind::bits;
  double low = 0;    ///< uniform: the range's begin
  double high = 0;   ///< uniform: its end; below: the bound; chance: the probability
  double value = 0;  ///< chance: 1 for true, 0 for false
  bool operator==(const Draw&) const = default;
};

}  // namespace temper

template <>
struct temper::EnumNames<temper::DrawKind> {
  static constexpr std::array<std::string_view, 5> value{"bits", "uniform", "below", "normal",
                                                         "chance"};
};
