#pragma once
#include <cstdint>
#include <vector>

#include "temper/augment/pixels/frame.h"
#include "temper/core/draw.h"
#include "temper/core/random.h"

namespace temper::augment {

inline io::Image pattern(int height, int width, int channels) {
  io::Image image{height, width, channels, {}};
  image.pixels.resize(image.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>(i * 37 % 251);
  return image;
}

/// What a policy drew and did to one image.
struct Use {
  std::vector<Draw> draws;
  std::vector<Applied> applied;
  io::Image result;
};

template <class Policy>
Use use(const Policy& policy, const io::Image& image, std::uint64_t sample) {
  Use found;
  Frame frame;
  frame.begin(image);
  frame.record(&found.applied);
  Random random(1, Purpose::augment, {sample});
  random.record(found.draws);
  apply(policy, frame, random);
  found.result = frame.pixels();
  return found;
}

}  // namespace temper::augment
