#include "temper/io/image/orientation.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace temper::io::codec {
namespace {

/// Reads integers of a TIFF file, in its byte order; 0 beyond its end.
class Tiff {
 public:
  explicit Tiff(std::span<const std::byte> bytes)
      : bytes_(bytes), little_(!bytes.empty() && bytes[0] == std::byte{'I'}) {}

  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value =
          value << 8U | std::to_integer<std::uint32_t>(bytes_[at + (little_ ? size - 1 - i : i)]);
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool little_;
};

bool mirrors_rows(int orientation) {
  return orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
}

bool mirrors_columns(int orientation) {
  return orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
}

}  // namespace

int orientation_of(std::span<const std::byte> exif) {
  constexpr std::string_view prefix("Exif\0\0", 6);
  if (exif.size() >= prefix.size() &&
      std::equal(prefix.begin(), prefix.end(), exif.begin(),
                 [](char a, std::byte b) { return static_cast<std::byte>(a) == b; }))
    exif = exif.subspan(prefix.size());
  const Tiff tiff(exif);
  if (tiff.number(2, 2) != 42) return 1;
  const std::size_t directory = tiff.number(4, 4);
  const std::uint32_t entries = tiff.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (tiff.number(entry, 2) != 0x0112) continue;
    constexpr std::uint32_t two_bytes = 3;
    const auto value = tiff.number(entry + 8, 2);
    return tiff.number(entry + 2, 2) == two_bytes && value >= 1 && value <= 8
               ? static_cast<int>(value)
               : 1;
  }
  return 1;
}

Region stored_region(const Region& upright, int orientation, int height, int width) {
  Region stored = upright;
  if (is_transposed(orientation))
    stored = {upright.left, upright.top, upright.width, upright.height};
  if (mirrors_rows(orientation)) stored.top = height - stored.top - stored.height;
  if (mirrors_columns(orientation)) stored.left = width - stored.left - stored.width;
  return stored;
}

Pixels apply_orientation(const Pixels& stored, int orientation, Buffer& out) {
  const bool transposed = is_transposed(orientation);
  Pixels upright = stored;
  if (transposed) std::swap(upright.height, upright.width);
  upright.stride = std::ptrdiff_t{upright.width} * stored.channels;
  std::uint8_t* to = out.reserve(upright.size());
  upright.data = to;
  // The address of the first pixel of the upright image, and the strides to the next row and pixel.
  const std::uint8_t* first = stored.data;
  std::ptrdiff_t down = stored.stride;
  std::ptrdiff_t right = stored.channels;
  if (mirrors_rows(orientation)) {
    first += (stored.height - 1) * down;
    down = -down;
  }
  if (mirrors_columns(orientation)) {
    first += (stored.width - 1) * right;
    right = -right;
  }
  if (transposed) std::swap(down, right);
  for (int y = 0; y < upright.height; ++y) {
    const std::uint8_t* from = first + y * down;
    for (int x = 0; x < upright.width; ++x, from += right)
      to = std::copy_n(from, stored.channels, to);
  }
  return upright;
}

}  // namespace temper::io::codec
