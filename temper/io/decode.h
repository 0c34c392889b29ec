#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::io {

/// How JPEG files become pixels.
enum class Decode : std::uint8_t {
  exact,  ///< Pillow's pixels
  fast,   ///< with an inverse transform of less precision, and halved, quartered or eighthed while
          ///< decoding where the picture becomes that small anyway: other pixels
};

}  // namespace temper::io

template <>
struct temper::EnumNames<temper::io::Decode> {
  static constexpr std::array<std::string_view, 2> value{"exact", "fast"};
};
