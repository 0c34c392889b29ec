#include "temper/augment/pixels/blur.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "temper/augment/pixels/blur_kernels.h"
#include "temper/augment/pixels/border.h"

namespace temper::augment {
namespace {

constexpr int kPasses = 3;

/// The radius, with a fractional part, of the box that gives the Gaussian's variance after all
/// passes; in float, with Pillow's roundings.
float box_radius(float sigma) {
  const float variance = sigma * sigma / kPasses;
  const auto length = static_cast<float>(std::sqrt(12.0 * variance + 1.0));
  const auto whole = static_cast<float>(std::floor((length - 1.0) / 2.0));
  float part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
  part /= 6 * (variance - (whole + 1) * (whole + 1));
  return whole + part;
}

kernels::ExtendedBox box_of(float radius) {
  constexpr std::uint32_t one = 1U << 24U;
  const auto whole = static_cast<std::uint32_t>(radius);
  const auto weight = static_cast<std::uint32_t>(static_cast<float>(one) / (radius * 2 + 1));
  return {.radius = whole, .weight = weight, .edge_weight = (one - (whole * 2 + 1) * weight) / 2};
}

/// Filters the columns kPasses times.
/// @param from         is overwritten
/// @param interleaved  the number of images whose rows alternate: the channels of a transposed
/// image
/// @param to           the result
void filter(std::uint8_t* from, std::int64_t rows, std::int64_t samples, std::int64_t interleaved,
            const kernels::ExtendedBox& box, std::uint8_t* to) {
  for (int pass = 0; pass < kPasses; ++pass, std::swap(from, to))
    for (std::int64_t c = 0; c < interleaved; ++c)
      kernels::box_blur(from + c * samples, interleaved * samples, rows / interleaved, samples, box,
                        to + c * samples);
}

/// Memory that is reused from image to image.
struct Scratch {
  std::vector<std::uint8_t> first;
  std::vector<std::uint8_t> second;

  std::vector<float> down;    ///< the kernel's weights along columns
  std::vector<float> across;  ///< along rows
  std::vector<const std::uint8_t*> rows;
  std::vector<float> row;  ///< with its borders
};

Scratch& scratch() {
  thread_local Scratch memory;
  return memory;
}

/// Reflects a row of pixels at both borders.
/// @param row     `border` pixels, the row, and again `border` pixels
void add_borders(float* row, std::int64_t width, std::int64_t border, std::int64_t channels) {
  const float* const pixels = row + border * channels;
  for (std::int64_t x = 1; x <= border; ++x) {
    std::copy_n(pixels + continued(-x, width, Border::reflect) * channels, channels,
                row + (border - x) * channels);
    std::copy_n(pixels + continued(width - 1 + x, width, Border::reflect) * channels, channels,
                row + (border + width - 1 + x) * channels);
  }
}

}  // namespace

void set_gaussian(std::vector<float>& weights, std::int64_t size, double sigma) {
  weights.resize(static_cast<std::size_t>(size));
  const auto middle = static_cast<float>(size - 1) * 0.5F;
  // In float the smallest deviations are 0; with any that small only the middle has a weight.
  const float deviation = std::max(static_cast<float>(sigma), std::numeric_limits<float>::min());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float distance = (static_cast<float>(i) - middle) / deviation;
    weights[i] = std::exp(-0.5F * (distance * distance));
  }
  const float sum = std::accumulate(weights.begin(), weights.end(), 0.0F);
  for (auto& weight : weights) weight /= sum;
}

void gaussian_blur_pillow(const io::Image& from, io::Image& to, double radius) {
  const float wide = box_radius(static_cast<float>(radius));
  if (wide == 0) {
    to.pixels = from.pixels;
    return;
  }
  const auto box = box_of(wide);
  const std::int64_t samples = std::int64_t{from.width} * from.channels;
  auto& memory = scratch();
  memory.first.resize(from.size());
  memory.second.resize(from.size());
  std::uint8_t* const first = memory.first.data();
  std::uint8_t* const second = memory.second.data();
  kernels::transpose(from.pixels.data(), from.height, samples, first);
  filter(first, samples, from.height, from.channels, box, second);
  kernels::transpose(second, samples, from.height, first);
  filter(first, from.height, samples, 1, box, to.pixels.data());
}

void gaussian_blur_torchvision(const io::Image& from, io::Image& to, std::int64_t kernel_height,
                               std::int64_t kernel_width, double sigma) {
  auto& memory = scratch();
  set_gaussian(memory.down, kernel_height, sigma);
  set_gaussian(memory.across, kernel_width, sigma);
  const std::int64_t channels = from.channels;
  const std::int64_t samples = from.width * channels;
  const std::int64_t border = kernel_width / 2;
  memory.rows.resize(memory.down.size());
  memory.row.resize(static_cast<std::size_t>(samples + 2 * border * channels));
  for (std::int64_t y = 0; y < from.height; ++y) {
    for (std::int64_t k = 0; k < kernel_height; ++k)
      memory.rows[static_cast<std::size_t>(k)] =
          from.pixels.data() +
          continued(y + k - kernel_height / 2, from.height, Border::reflect) * samples;
    kernels::weigh_rows(memory.rows.data(), memory.down.data(), kernel_height, samples,
                        memory.row.data() + border * channels);
    add_borders(memory.row.data(), from.width, border, channels);
    kernels::weigh_samples(memory.row.data(), channels, memory.across.data(), kernel_width, samples,
                           to.pixels.data() + y * samples);
  }
}

}  // namespace temper::augment
