#pragma once
#include <cstdint>

#include "temper/core/random.h"
#include "temper/io/image/image.h"

namespace temper::augment {

/// An image of random samples.
inline io::Image noise(int height, int width, int channels, std::uint64_t seed = 1) {
  io::Image image{height, width, channels, {}};
  image.pixels.resize(image.size());
  Random random(seed, Purpose::inspect);
  for (auto& sample : image.pixels) sample = static_cast<std::uint8_t>(random.below(256));
  return image;
}

}  // namespace temper::augment
