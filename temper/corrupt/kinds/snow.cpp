#include "temper/corrupt/kinds/snow.h"

#include <cmath>

namespace temper::corrupt {
namespace {

/// The flakes, in [0, 1], in memory.a.
void draw_flakes(int height, int width, const Snow& snow, bool original, Draws& draws,
                 Workspace& memory) {
  auto& noise = memory.a;
  noise.resize(height, width, 1);
  for (auto& value : noise.values) value = snow.mean + snow.deviation * draws.normal();
  auto& flakes = memory.b;
  memory.zoom(noise, snow.zoom, /*to_float=*/false, flakes);
  for (auto& value : flakes.values) {
    value = value < snow.threshold ? 0 : std::clamp(value, 0.0, 1.0);
    if (original) value = std::trunc(value * 255);
  }
  if (original) {
    cut(flakes, (flakes.height - height) / 2, (flakes.width - width) / 2, height, width, noise);
    std::swap(noise, flakes);
  }
  memory.motion(flakes,
                {.radius = snow.radius,
                 .sigma = snow.sigma,
                 .degrees = draws.uniform(-135, -45),
                 .stops_outside = !original},
                memory.c);
  for (auto& value : memory.c.values)
    value = (original ? std::floor(value + 0.5) : std::nearbyint(value * 255)) / 255.0;
  cut(memory.c, 0, 0, height, width, memory.a);
}

/// float32's arithmetic.
float paler(float x, float luma, double keep) {
  return static_cast<float>(keep) * x +
         static_cast<float>(1 - keep) * std::max(x, luma * 1.5F + 0.5F);
}

}  // namespace

void snow(io::Image& image, const Snow& snow, bool original, Draws& draws, Workspace& memory) {
  draw_flakes(image.height, image.width, snow, original, draws, memory);
  const auto& flakes = memory.a.values;
  float_units_of(image, memory.b);
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < flakes.size(); ++i) {
    const double* pixel = memory.b.values.data() + i * channels;
    const auto at = [pixel](std::size_t c) { return static_cast<float>(pixel[c]); };
    const float luma = channels == 1 ? at(0) : 0.299F * at(0) + 0.587F * at(1) + 0.114F * at(2);
    for (std::size_t c = 0; c < channels; ++c)  // the second flakes are turned by 180 degrees
      image.pixels[i * channels + c] =
          byte_of(paler(at(c), luma, snow.keep) + flakes[i] + flakes[flakes.size() - 1 - i]);
  }
}

}  // namespace temper::corrupt
