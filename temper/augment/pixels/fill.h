#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

namespace temper::augment {

/// The color of pixels outside an image: red, green and blue. Gray images take the first.
struct Fill {
  std::array<std::uint8_t, 3> channels = {};

  /// @param value  of every channel, in [0, 255]
  static constexpr Fill all(std::int64_t value) {
    const auto sample = static_cast<std::uint8_t>(value);
    return {{sample, sample, sample}};
  }
  bool operator==(const Fill&) const = default;
};

/// Writes `count` pixels of that color.
/// @return the place after them
inline std::uint8_t* fill_pixels(const Fill& fill, int channels, std::int64_t count,
                                 std::uint8_t* out) {
  const auto& [red, green, blue] = fill.channels;
  if (channels == 1 || (red == green && green == blue))
    return std::fill_n(out, count * channels, red);
  for (std::int64_t x = 0; x < count; ++x) out = std::copy_n(fill.channels.data(), channels, out);
  return out;
}

}  // namespace temper::augment
