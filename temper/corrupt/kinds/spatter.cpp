#include "temper/corrupt/kinds/spatter.h"

#include <array>
#include <cmath>

#include "temper/corrupt/arrays/planes.h"

namespace temper::corrupt {
namespace {

/// Noise after the Gaussian, 0 below the threshold, in memory.a.
void draw_drops(int height, int width, const Spatter& spatter, Draws& draws, Workspace& memory) {
  memory.a.resize(height, width, 1);
  for (auto& value : memory.a.values) value = spatter.mean + spatter.deviation * draws.normal();
  memory.gaussian(memory.a, GaussianOptions::round(spatter.sigma));
  for (auto& value : memory.a.values)
    if (value < spatter.threshold) value = 0;
}

/// How much light drops add, in memory.a: more near their edges.
void light_of_water(const Spatter& spatter, Workspace& memory) {
  auto& drops = memory.plane;
  drops = {memory.a.height, memory.a.width, 1, std::move(drops.pixels)};
  drops.pixels.resize(drops.size());
  std::transform(memory.a.values.begin(), memory.a.values.end(), drops.pixels.begin(),
                 // Values above 1 wrap around, as in the published code.
                 [](double x) { return static_cast<std::uint8_t>(static_cast<int>(x * 255)); });
  auto& plane = memory.other_plane;
  canny(drops, 50, 150, memory.points, memory.b, plane);
  for (auto& pixel : plane.pixels) pixel = 255 - pixel;
  distance_transform(plane, memory.floats);
  for (auto& distance : memory.floats) distance = std::min(distance, 20.0F);
  blur3(memory.floats, plane);
  equalize_histogram(plane);
  auto& embossed = memory.texture;
  filter3(plane, {{{-2, -1, 0}, {-1, 1, 1}, {0, 1, 2}}}, embossed);
  blur3(embossed, plane);
  float most = 0;
  memory.floats.resize(drops.pixels.size());
  for (std::size_t i = 0; i < drops.pixels.size(); ++i) {
    memory.floats[i] = static_cast<float>(drops.pixels[i]) * static_cast<float>(plane.pixels[i]);
    most = std::max(most, memory.floats[i]);
  }
  for (std::size_t i = 0; i < memory.floats.size(); ++i)
    memory.a.values[i] =
        most > 0 ? memory.floats[i] / most * static_cast<float>(spatter.strength) : 0;
}

/// How much mud covers, in memory.a.
void cover_of_mud(const Spatter& spatter, Workspace& memory) {
  for (auto& value : memory.a.values) value = value > spatter.threshold ? 1 : 0;
  auto options = GaussianOptions::round(spatter.strength);
  options.to_float = true;
  memory.gaussian(memory.a, options);
  for (auto& value : memory.a.values)
    if (value < 0.8F) value = 0;
}

}  // namespace

void spatter(io::Image& image, const Spatter& spatter, Draws& draws, Workspace& memory) {
  draw_drops(image.height, image.width, spatter, draws, memory);
  if (spatter.mud)
    cover_of_mud(spatter, memory);
  else
    light_of_water(spatter, memory);
  constexpr std::array<double, 3> brown{63 / 255.0, 42 / 255.0, 20 / 255.0};
  constexpr std::array<double, 3> turquoise{175 / 255.0, 238 / 255.0, 238 / 255.0};
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const float x = static_cast<float>(image.pixels[i]) / 255.0F;
    const auto amount = static_cast<float>(memory.a.values[i / channels]);
    const auto clipped = [amount](double color) {
      return std::clamp(amount * static_cast<float>(color), 0.0F, 1.0F);
    };
    auto& sample = image.pixels[i];
    if (spatter.mud) {
      const double color = channels == 3
                               ? brown[i % 3] * amount
                               : luma_of(brown[0] * amount, brown[1] * amount, brown[2] * amount);
      sample = byte_of(x * (1 - amount) + color);
    } else if (channels == 3) {
      sample = byte_of(x + amount * static_cast<float>(turquoise[i % 3]));
    } else {
      sample =
          byte_of(x + luma_of(clipped(turquoise[0]), clipped(turquoise[1]), clipped(turquoise[2])));
    }
  }
}

}  // namespace temper::corrupt
