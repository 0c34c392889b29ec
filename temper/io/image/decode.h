#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::io {

/// How JPEG files are decoded.
enum class Decode : std::uint8_t {
  exact,  ///< to the same pixels as Pillow
  fast,   ///< with a less precise inverse DCT, and at 1/2, 1/4 or 1/8 of the size if the image is
          ///< resized to that or less anyway: to different pixels
};

}  // namespace temper::io

template <>
struct temper::EnumNames<temper::io::Decode> {
  static constexpr std::array<std::string_view, 2> value{"exact", "fast"};
};
