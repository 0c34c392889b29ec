#include "temper/augment/pixels/elastic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "temper/augment/pixels/blur.h"
#include "temper/augment/pixels/border.h"
#include "temper/augment/pixels/warp_kernels.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

void blur_rows(const Displacement& d, std::vector<float>& padded, const std::vector<float>& in,
               std::vector<float>& out) {
  const auto half = std::ssize(d.kernel) / 2;
  const std::int64_t width = d.size.width;
  padded.resize(static_cast<std::size_t>(width + 2 * half));
  for (std::int64_t y = 0; y < d.size.height; ++y) {
    const float* const row = in.data() + y * width;
    for (std::int64_t x = 0; x < std::ssize(padded); ++x)
      padded[static_cast<std::size_t>(x)] = row[continued(x - half, width, Border::reflect)];
    float* const sum = out.data() + y * width;
    std::fill_n(sum, width, 0.0F);
    for (std::int64_t k = 0; k < std::ssize(d.kernel); ++k)
      kernels::add_scaled(padded.data() + k, d.kernel[static_cast<std::size_t>(k)], width, sum);
  }
}

void blur_columns(const Displacement& d, const std::vector<float>& in, std::vector<float>& out) {
  const auto half = std::ssize(d.kernel) / 2;
  const auto [height, width] = d.size;
  for (std::int64_t y = 0; y < height; ++y) {
    float* const sum = out.data() + y * width;
    std::fill_n(sum, width, 0.0F);
    for (std::int64_t k = 0; k < std::ssize(d.kernel); ++k)
      kernels::add_scaled(in.data() + continued(y + k - half, height, Border::reflect) * width,
                          d.kernel[static_cast<std::size_t>(k)], width, sum);
  }
}

float sample_at(const io::Image& image, std::int64_t x, std::int64_t y, int channel) {
  return image.pixels[static_cast<std::size_t>((y * image.width + x) * image.channels + channel)];
}

bool is_inside(const io::Image& image, std::int64_t x, std::int64_t y) {
  return x >= 0 && y >= 0 && x < image.width && y < image.height;
}

/// Where one pixel's new value lies.
struct Spot {
  float x;
  float y;
};

void put_nearest(const io::Image& from, Spot spot, const Fill& fill, std::uint8_t* out) {
  const auto x = static_cast<std::int64_t>(std::nearbyint(spot.x));
  const auto y = static_cast<std::int64_t>(std::nearbyint(spot.y));
  if (is_inside(from, x, y))
    std::copy_n(from.pixels.data() + (y * from.width + x) * from.channels, from.channels, out);
  else
    std::copy_n(fill.channels.data(), from.channels, out);
}

void put_bilinear(const io::Image& from, Spot spot, const Fill& fill, std::uint8_t* out) {
  const float left = std::floor(spot.x), top = std::floor(spot.y);
  const auto x = static_cast<std::int64_t>(left), y = static_cast<std::int64_t>(top);
  const float dx = spot.x - left, dy = spot.y - top;
  const std::array<float, 4> weights{(1 - dx) * (1 - dy), dx * (1 - dy), (1 - dx) * dy, dx * dy};
  std::array<float, 3> sums{};
  float share = 0;  // of the image
  for (std::size_t k = 0; k < 4; ++k) {
    const auto column = x + static_cast<std::int64_t>(k % 2);
    const auto row = y + static_cast<std::int64_t>(k / 2);
    if (!is_inside(from, column, row)) continue;
    share += weights[k];
    for (int c = 0; c < from.channels; ++c)
      sums[static_cast<std::size_t>(c)] += weights[k] * sample_at(from, column, row, c);
  }
  for (std::size_t c = 0; c < static_cast<std::size_t>(from.channels); ++c) {
    const float mixed = sums[c] * share + (1 - share) * static_cast<float>(fill.channels[c]);
    out[c] = static_cast<std::uint8_t>(std::clamp(std::nearbyint(mixed), 0.0F, 255.0F));
  }
}

}  // namespace

void smooth(Displacement& noise, double alpha, double sigma) {
  if (sigma > 0) {
    // Of odd length, at least 8 sigma.
    set_gaussian(noise.kernel, 2 * (static_cast<std::int64_t>(8 * sigma + 1) / 2) + 1, sigma);
    noise.between.resize(noise.right.size());
    for (auto* field : {&noise.right, &noise.down}) {
      blur_rows(noise, noise.padded, *field, noise.between);
      blur_columns(noise, noise.between, *field);
    }
  }
  const auto factor = static_cast<float>(alpha / 2);
  for (auto* field : {&noise.right, &noise.down})
    for (auto& pixels : *field) pixels *= factor;
}

void displace(const io::Image& from, io::Image& to, const Displacement& by,
              Interpolation interpolation, Fill fill) {
  if (interpolation != Interpolation::nearest && interpolation != Interpolation::bilinear)
    throw Error(Code::usage,
                fmt::format("an elastic transform with the interpolation '{}'; expected bilinear "
                            "or nearest",
                            name_of(interpolation)));
  const auto put = interpolation == Interpolation::nearest ? put_nearest : put_bilinear;
  // Displacements beyond that only reach further outside.
  const float most = static_cast<float>(from.width) + static_cast<float>(from.height) + 2;
  std::uint8_t* out = to.pixels.data();
  std::size_t i = 0;
  for (int y = 0; y < from.height; ++y)
    for (int x = 0; x < from.width; ++x, ++i, out += from.channels)
      put(from,
          {static_cast<float>(x) + std::clamp(by.right[i], -most, most),
           static_cast<float>(y) + std::clamp(by.down[i], -most, most)},
          fill, out);
}

}  // namespace temper::augment
