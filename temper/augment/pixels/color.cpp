#include "temper/augment/pixels/color.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "temper/augment/pixels/byte_table.h"
#include "temper/augment/pixels/color_kernels.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

std::int64_t pixels_of(const io::Image& image) {
  return std::int64_t{image.height} * image.width;
}

void map(io::Image& image, const ByteTable& table) {
  kernels::look_up(image.pixels.data(), std::ssize(image.pixels), table);
}

/// Each channel by its own table.
void map(io::Image& image, const std::array<ByteTable, 3>& tables) {
  if (image.channels == 1)
    map(image, tables[0]);
  else
    kernels::look_up(image.pixels.data(), pixels_of(image), tables);
}

/// Pillow blends in single precision.
float checked(double factor, std::string_view name) {
  const auto single = static_cast<float>(factor);
  if (!std::isfinite(single))
    throw Error(Code::usage,
                fmt::format("the factor of {} is {}; expected a finite number", name, factor));
  return single;
}

/// PIL.Image.blend() with an image of one value.
void blend_with(io::Image& image, int value, float factor) {
  const auto from = static_cast<float>(value);
  map(image, table_of([&](int sample) {
        const float between = from + factor * static_cast<float>(sample - value);
        return std::clamp(between, 0.0F, 255.0F);
      }));
}

using Histogram = std::array<std::int64_t, 256>;

/// Of each channel.
std::array<Histogram, 3> histograms(const io::Image& image) {
  std::array<Histogram, 3> counts{};
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < image.pixels.size(); i += channels)
    for (std::size_t c = 0; c < channels; ++c) ++counts[c][image.pixels[i + c]];
  return counts;
}

ByteTable identity() {
  return table_of([](int v) { return v; });
}

ByteTable equalizing(const Histogram& counts) {
  const auto highest = std::find_if(counts.rbegin(), counts.rend(), [](auto n) { return n > 0; });
  if (highest == counts.rend()) return identity();
  const auto total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const std::int64_t step = (total - *highest) / 255;
  if (step == 0) return identity();
  std::int64_t below = step / 2;
  return table_of([&](int v) {
    const auto value = std::min<std::int64_t>(below / step, 255);
    below += counts[static_cast<std::size_t>(v)];
    return value;
  });
}

/// @tparam Real  in which it is computed
template <class Real>
ByteTable stretching(int low, int high) {
  if (high <= low) return identity();
  const Real scale = Real{255} / static_cast<Real>(high - low);
  const Real offset = -static_cast<Real>(low) * scale;
  return table_of([&](int v) {
    const Real scaled = static_cast<Real>(v) * scale;
    return std::clamp(scaled + offset, Real{0}, Real{255});
  });
}

template <class Real>
void stretch(io::Image& image) {
  const auto [low, high] = kernels::range_of(image.pixels.data(), pixels_of(image), image.channels);
  map(image, {stretching<Real>(low[0], high[0]), stretching<Real>(low[1], high[1]),
              stretching<Real>(low[2], high[2])});
}

}  // namespace

void brightness(io::Image& image, double factor) {
  blend_with(image, 0, checked(factor, "brightness"));
}

void contrast(io::Image& image, double factor) {
  const float single = checked(factor, "contrast");
  const auto& samples = image.pixels;
  const auto sum = image.channels == 3
                       ? kernels::sum_of_gray(samples.data(), pixels_of(image))
                       : std::accumulate(samples.begin(), samples.end(), std::int64_t{0});
  const double mean = static_cast<double>(sum) / static_cast<double>(pixels_of(image));
  blend_with(image, static_cast<int>(mean + 0.5), single);  // NOLINT(bugprone-incorrect-roundings)
}

void contrast_tensorflow(io::Image& image, double factor) {
  const float single = checked(factor, "contrast");
  blend_with(image, static_cast<int>(std::min<std::int64_t>(pixels_of(image) / 256, 255)), single);
}

void saturation(io::Image& image, double factor) {
  const float single = checked(factor, "saturation");
  if (image.channels == 3) kernels::saturate(image.pixels.data(), pixels_of(image), single);
}

void sharpness(const io::Image& from, io::Image& to, double factor) {
  const float single = checked(factor, "sharpness");
  to.pixels = from.pixels;
  if (from.height < 3 || from.width < 3) return;
  const std::ptrdiff_t channels = from.channels;
  const std::ptrdiff_t stride = channels * from.width;
  for (std::ptrdiff_t y = 1; y + 1 < from.height; ++y) {
    const std::uint8_t* const row = from.pixels.data() + y * stride + channels;
    kernels::sharpen_row(row - stride, row, row + stride, stride - 2 * channels, channels, single,
                         to.pixels.data() + y * stride + channels);
  }
}

void hue(io::Image& image, double shift) {
  if (!(shift >= -0.5 && shift <= 0.5))
    throw Error(Code::usage,
                fmt::format("the shift of the hue is {}; expected a number in [-0.5, 0.5]", shift));
  const auto steps = static_cast<std::uint8_t>(static_cast<int>(shift * 255));  // modulo 256
  if (image.channels == 3) kernels::turn_hue(image.pixels.data(), pixels_of(image), steps);
}

void gamma(io::Image& image, double gamma, double gain) {
  const auto is_allowed = [](double value) { return std::isfinite(value) && value >= 0; };
  const double scale = (256 - 1e-3) * gain;
  if (!is_allowed(gamma) || !is_allowed(scale))
    throw Error(Code::usage, fmt::format("gamma is {} and its gain {}; expected finite numbers of "
                                         "at least 0",
                                         gamma, gain));
  map(image, table_of([&](int v) { return std::min(scale * std::pow(v / 255.0, gamma), 255.0); }));
}

void solarize(io::Image& image, int threshold) {
  map(image, table_of([&](int v) { return v < threshold ? v : 255 - v; }));
}

void solarize_add(io::Image& image, int addend, int threshold) {
  addend = std::clamp(addend, -255, 255);
  map(image, table_of([&](int v) { return v < threshold ? std::clamp(v + addend, 0, 255) : v; }));
}

void posterize(io::Image& image, int bits) {
  if (bits < 0 || bits > 8)
    throw Error(Code::usage,
                fmt::format("posterize is to keep {} bits of each sample; expected 0 to 8", bits));
  const int mask = 0xFF & ~((1 << (8 - bits)) - 1);
  map(image, table_of([&](int v) { return v & mask; }));
}

void equalize(io::Image& image) {
  const auto counts = histograms(image);
  map(image, {equalizing(counts[0]), equalizing(counts[1]), equalizing(counts[2])});
}

void auto_contrast(io::Image& image) {
  stretch<double>(image);
}

void auto_contrast_tensorflow(io::Image& image) {
  stretch<float>(image);
}

void invert(io::Image& image) {
  map(image, table_of([](int v) { return 255 - v; }));
}

void grayscale(io::Image& image) {
  if (image.channels == 3) kernels::make_gray(image.pixels.data(), pixels_of(image));
}

}  // namespace temper::augment
