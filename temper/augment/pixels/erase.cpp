#include "temper/augment/pixels/erase.h"

#include <algorithm>
#include <cmath>

#include "temper/augment/pixels/normal_noise.h"

namespace temper::augment {
namespace {

/// Overwrites the box's samples with those that `next(channel)` returns one after the other; of
/// those beyond the image there are none.
template <class Sample, class Next>
void overwrite(Sample* image, Size size, int channels, Box box, const Next& next) {
  const std::int64_t top = std::max<std::int64_t>(box.top, 0);
  const std::int64_t left = std::max<std::int64_t>(box.left, 0);
  const std::int64_t bottom = std::min(box.top + box.height, size.height);
  const std::int64_t right = std::min(box.left + box.width, size.width);
  for (std::int64_t y = top; y < bottom; ++y) {
    Sample* const row = image + (y * size.width + left) * channels;
    std::int64_t at = 0;
    for (std::int64_t x = left; x < right; ++x)
      for (int c = 0; c < channels; ++c) row[at++] = next(static_cast<std::size_t>(c));
  }
}

/// Overwrites with the erasure's values, each of which `made(value, channel)` converts.
template <class Sample, class Made>
void overwrite(Sample* image, Size size, int channels, const Erasure& erasure, const Made& made) {
  if (!erasure.noise) {
    overwrite(image, size, channels, erasure.box,
              [&](std::size_t c) { return made(erasure.values[c], c); });
    return;
  }
  NormalNoise noise(*erasure.noise);
  overwrite(image, size, channels, erasure.box, [&](std::size_t c) { return made(noise(), c); });
}

Size size_of(const io::Image& image) {
  return {image.height, image.width};
}

}  // namespace

void erase(float* image, Size size, int channels, const Erasure& erasure) {
  overwrite(image, size, channels, erasure, [](float value, std::size_t) { return value; });
}

void erase(io::Image& image, const NormalisationTable& table, const Erasure& erasure) {
  const auto& constants = table.constants();
  overwrite(image.pixels.data(), size_of(image), image.channels, erasure,
            [&](float value, std::size_t c) {
              const float sample = (value * constants.std[c] + constants.mean[c]) * 255;
              return static_cast<std::uint8_t>(std::lround(std::clamp(sample, 0.0F, 255.0F)));
            });
}

void erase(io::Image& image, Box box, Fill fill) {
  overwrite(image.pixels.data(), size_of(image), image.channels, box,
            [&](std::size_t c) { return fill.channels[c]; });
}

}  // namespace temper::augment
