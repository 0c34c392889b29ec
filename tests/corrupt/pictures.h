#pragma once
#include <algorithm>
#include <cstdint>

#include "temper/io/image/image.h"

namespace temper::corrupt {

/// A picture of waves and edges, of any size.
inline io::Image picture(int height, int width, int channels) {
  io::Image image{height, width, channels, {}};
  image.pixels.resize(image.size());
  std::size_t i = 0;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        image.pixels[i++] = static_cast<std::uint8_t>(
            (x / 5 + y / 4) % 3 == 0 ? 230 : (37 * x + 11 * y + 61 * c) % 200);
  return image;
}

inline double mean_difference(const io::Image& a, const io::Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    sum += std::max(a.pixels[i], b.pixels[i]) - std::min(a.pixels[i], b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

}  // namespace temper::corrupt
