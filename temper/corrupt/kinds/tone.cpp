#include "temper/corrupt/kinds/tone.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace temper::corrupt {
namespace {

using Triple = std::array<double, 3>;

/// scikit-image's rgb2hsv.
Triple to_hsv(const Triple& rgb) {
  const auto [red, green, blue] = rgb;
  const double value = std::max({red, green, blue});
  const double range = value - std::min({red, green, blue});
  if (range == 0) return {0, 0, value};
  double hue = blue == value    ? 4 + (red - green) / range
               : green == value ? 2 + (blue - red) / range
                                : (green - blue) / range;
  hue /= 6;
  return {hue < 0 ? hue + 1 : hue, range / value, value};
}

/// scikit-image's hsv2rgb.
Triple to_rgb(const Triple& hsv) {
  const auto [hue, saturation, value] = hsv;
  const double sector = std::floor(hue * 6);
  const double f = hue * 6 - sector;
  const double p = value * (1 - saturation);
  const double q = value * (1 - f * saturation);
  const double t = value * (1 - (1 - f) * saturation);
  switch (static_cast<int>(sector) % 6) {
    case 0:
      return {value, t, p};
    case 1:
      return {q, value, p};
    case 2:
      return {p, value, t};
    case 3:
      return {p, q, value};
    case 4:
      return {t, p, value};
    default:
      return {value, p, q};
  }
}

template <class Change>
void change_hsv(io::Image& image, const Change& change) {
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    Triple pixel{};
    for (std::size_t c = 0; c < 3; ++c) pixel[c] = image.pixels[i + c] / 255.0;
    pixel = to_hsv(pixel);
    change(pixel);
    pixel = to_rgb(pixel);
    for (std::size_t c = 0; c < 3; ++c) image.pixels[i + c] = byte_of(pixel[c]);
  }
}

}  // namespace

void brightness(io::Image& image, double add, Workspace& memory) {
  if (image.channels == 3) {
    change_hsv(image, [add](Triple& hsv) { hsv[2] = std::clamp(hsv[2] + add, 0.0, 1.0); });
    return;
  }
  units_of(image, memory.a);
  for (auto& x : memory.a.values) x += add;
  store_units(memory.a, image);
}

void contrast(io::Image& image, double factor, Workspace& memory) {
  units_of(image, memory.a);
  auto& values = memory.a.values;
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t count = values.size() / channels;
  const auto pixels = static_cast<double>(count);
  for (std::size_t c = 0; c < channels; ++c) {
    double sum = 0;
    if (channels == 1)
      sum = sum_of(values);
    else
      for (std::size_t i = c; i < values.size(); i += channels) sum += values[i];
    const double mean = sum / pixels;
    for (std::size_t i = c; i < values.size(); i += channels)
      values[i] = (values[i] - mean) * factor + mean;
  }
  store_units(memory.a, image);
}

void saturate(io::Image& image, const Saturation& saturation, Workspace& memory) {
  if (image.channels == 3) {
    change_hsv(image, [&](Triple& hsv) {
      hsv[1] = std::clamp(hsv[1] * saturation.factor + saturation.add, 0.0, 1.0);
    });
    return;
  }
  units_of(image, memory.a);
  store_units(memory.a, image);
}

}  // namespace temper::corrupt
