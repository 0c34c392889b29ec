#pragma once
#include <cstddef>
#include <cstdint>

namespace temper::io::codec {

/// Gray from RGB: (19595 R + 38470 G + 7471 B + 32768) >> 16, ITU-R 601 luma rounded as in Pillow.
inline void to_grey(const std::uint8_t* colour, std::size_t pixels, std::uint8_t* grey) {
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint32_t red = colour[3 * i];
    const std::uint32_t green = colour[3 * i + 1];
    const std::uint32_t blue = colour[3 * i + 2];
    grey[i] = static_cast<std::uint8_t>((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
  }
}

inline void to_colour(const std::uint8_t* grey, std::size_t pixels, std::uint8_t* colour) {
  for (std::size_t i = 0; i < pixels; ++i)
    for (std::size_t c = 0; c < 3; ++c) colour[3 * i + c] = grey[i];
}

}  // namespace temper::io::codec
