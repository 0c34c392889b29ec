#include "temper/augment/pixels/border.h"

#include <algorithm>

namespace temper::augment {
namespace {

/// The remainder in [0, divisor).
std::int64_t modulo(std::int64_t value, std::int64_t divisor) {
  const std::int64_t rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

}  // namespace

std::int64_t continued(std::int64_t place, std::int64_t length, Border border) {
  switch (border) {
    case Border::constant:
    case Border::edge:
      break;
    case Border::reflect: {
      if (length == 1) return 0;
      const std::int64_t within = modulo(place, 2 * (length - 1));
      return std::min(within, 2 * (length - 1) - within);
    }
    case Border::symmetric: {
      const std::int64_t within = modulo(place, 2 * length);
      return std::min(within, 2 * length - 1 - within);
    }
  }
  return std::clamp<std::int64_t>(place, 0, length - 1);
}

void crop(const io::Image& from, io::Image& to, Box box, Border border, Fill fill) {
  to.height = static_cast<int>(box.height);
  to.width = static_cast<int>(box.width);
  to.channels = from.channels;
  to.pixels.resize(to.size());
  const std::int64_t stride = std::int64_t{from.width} * from.channels;
  std::uint8_t* out = to.pixels.data();
  const auto put = [&out, channels = from.channels](const std::uint8_t* pixel) {
    for (int c = 0; c < channels; ++c) *out++ = pixel[c];
  };
  // Columns [first, last) lie inside the image.
  const std::int64_t end = box.left + box.width;
  const std::int64_t first = std::clamp<std::int64_t>(0, box.left, end);
  const std::int64_t last = std::clamp<std::int64_t>(from.width, first, end);
  for (std::int64_t y = box.top; y < box.top + box.height; ++y) {
    const bool is_filled = border == Border::constant && (y < 0 || y >= from.height);
    const std::uint8_t* row = from.pixels.data() + continued(y, from.height, border) * stride;
    const auto outside = [&](std::int64_t x) {
      put(border == Border::constant ? fill.channels.data()
                                     : row + continued(x, from.width, border) * from.channels);
    };
    if (is_filled) {
      out = fill_pixels(fill, from.channels, box.width, out);
      continue;
    }
    for (std::int64_t x = box.left; x < first; ++x) outside(x);
    if (last > first)
      out = std::copy_n(row + first * from.channels, (last - first) * from.channels, out);
    for (std::int64_t x = last; x < end; ++x) outside(x);
  }
}

}  // namespace temper::augment
