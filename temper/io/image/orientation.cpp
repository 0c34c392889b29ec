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

  [[nodiscard]] bool holds(std::uint64_t at, std::uint64_t size) const {
    return at <= bytes_.size() && size <= bytes_.size() - at;
  }

  /// @param size  in bytes, up to 8
  [[nodiscard]] std::uint64_t number(std::uint64_t at, std::size_t size) const {
    if (!holds(at, size)) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value =
          value << 8U | std::to_integer<std::uint64_t>(bytes_[at + (little_ ? size - 1 - i : i)]);
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool little_;
};

constexpr std::size_t kEntry = 12;  ///< bytes of a directory's entry

/// The size in bytes of a TIFF type of integers; 0 for another type. BYTE (1) and UNDEFINED (7) are
/// not among them, because Pillow takes their values for text.
std::size_t integer_size(std::uint64_t type) {
  switch (type) {
    case 6:  // SBYTE
      return 1;
    case 3:  // SHORT
    case 8:  // SSHORT
      return 2;
    case 4:   // LONG
    case 9:   // SLONG
    case 13:  // IFD
      return 4;
    case 16:  // LONG8
      return 8;
    default:
      return 0;
  }
}

/// The first of an entry's integers, which are in the entry if they fit into it; 0 without any. A
/// negative one is a very large number.
std::uint64_t first_integer(const Tiff& tiff, std::uint64_t entry) {
  const auto size = integer_size(tiff.number(entry + 2, 2));
  const auto all = size * tiff.number(entry + 4, 4);
  const auto at = all <= 4 ? entry + 8 : tiff.number(entry + 8, 4);
  return all > 0 && tiff.holds(at, all) ? tiff.number(at, size) : 0;
}

bool mirrors_rows(int orientation) {
  return orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
}

bool mirrors_columns(int orientation) {
  return orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
}

}  // namespace

int orientation_of(std::span<const std::byte> exif) {
  constexpr std::string_view prefix("Exif\0\0", 6);
  const auto has_prefix = [&] {
    return exif.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), exif.begin(),
                      [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
  };
  for (int i = 0; i < 2 && has_prefix(); ++i) exif = exif.subspan(prefix.size());
  const Tiff tiff(exif);
  constexpr std::uint64_t magic = 42, swapped_magic = 42 << 8;
  if (const auto found = tiff.number(2, 2); found != magic && found != swapped_magic) return 1;
  const auto directory = tiff.number(4, 4);
  const auto entries = tiff.number(directory, 2);
  for (std::uint64_t i = 0; i < entries; ++i) {
    const auto entry = directory + 2 + kEntry * i;
    if (!tiff.holds(entry, kEntry)) return 1;
    if (tiff.number(entry, 2) != 0x0112) continue;
    const auto value = first_integer(tiff, entry);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
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
