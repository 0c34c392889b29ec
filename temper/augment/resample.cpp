#include "temper/augment/resample.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace temper::augment {
namespace {

constexpr int kBits = 22;  // 8 bits of sample, 2 of headroom for kernels that overshoot
constexpr std::int32_t kHalf = 1 << (kBits - 1);

double support_of(Interpolation interpolation) {
  return interpolation == Interpolation::bilinear ? 1 : 2;
}

double kernel(Interpolation interpolation, double x) {
  x = std::abs(x);
  if (interpolation == Interpolation::bilinear) return x < 1 ? 1 - x : 0;
  constexpr double a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

std::int32_t fixed(double weight) {
  return static_cast<std::int32_t>(weight * (1 << kBits) + (weight < 0 ? -0.5 : 0.5));
}

/// Half up; below zero towards it, as Pillow does.
std::int64_t rounded(double place) {
  return static_cast<std::int64_t>(place + 0.5);  // NOLINT(bugprone-incorrect-roundings)
}

std::uint8_t sample(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255));
}

template <int channels>
void row_pass(const std::uint8_t* in, const std::int32_t* first, const std::int32_t* count,
              const std::int32_t* weights, std::int64_t stride, std::int64_t pixels,
              std::uint8_t* out) {
  for (std::int64_t x = 0; x < pixels; ++x, weights += stride) {
    const std::uint8_t* from = in + std::int64_t{first[x]} * channels;
    std::array<std::int32_t, channels> sums{};
    sums.fill(kHalf);
    for (std::int32_t k = 0; k < count[x]; ++k)
      for (int c = 0; c < channels; ++c) sums[c] += weights[k] * *from++;
    for (const auto sum : sums) *out++ = sample(sum);
  }
}

}  // namespace

void Resampler::Weights::prepare(std::int64_t in, std::int64_t out, std::int64_t begin,
                                 std::int64_t length, Interpolation interpolation) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0);
  const double support = support_of(interpolation) * stretch;
  stride = 2 * static_cast<std::int64_t>(std::ceil(support)) + 1;
  first.resize(static_cast<std::size_t>(length));
  count.resize(static_cast<std::size_t>(length));
  values.resize(static_cast<std::size_t>(length * stride));
  exact.resize(static_cast<std::size_t>(stride));

  for (std::int64_t i = 0; i < length; ++i) {
    const double center = (static_cast<double>(begin + i) + 0.5) * scale;
    const auto low = std::max<std::int64_t>(0, rounded(center - support));
    const auto high = std::min(in, rounded(center + support));
    const auto taps = static_cast<std::size_t>(high - low);
    double total = 0;
    for (std::size_t k = 0; k < taps; ++k) {
      const double distance = static_cast<double>(low) + static_cast<double>(k) - center + 0.5;
      exact[k] = kernel(interpolation, distance * (1 / stretch));
      total += exact[k];
    }
    auto* fixed_weights = values.data() + i * stride;
    for (std::size_t k = 0; k < taps; ++k)
      fixed_weights[k] = fixed(total != 0 ? exact[k] / total : exact[k]);
    first[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(low);
    count[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(taps);
  }
}

PixelView Resampler::operator()(const PixelView& image, Size size, Box window,
                                Interpolation interpolation) {
  const bool same_height = size.height == image.size.height;
  const bool same_width = size.width == image.size.width;
  Box needed = window;  // of the image
  if (!same_height) {
    along_columns_.prepare(image.size.height, size.height, window.top, window.height,
                           interpolation);
    needed.top = along_columns_.first.front();
    needed.height = along_columns_.first.back() + along_columns_.count.back() - needed.top;
  }
  PixelView view = image;
  view.data += needed.top * view.stride;
  view.size.height = needed.height;
  if (same_width) {
    view.data += window.left * view.channels;
    view.size.width = window.width;
  } else {
    along_rows_.prepare(image.size.width, size.width, window.left, window.width, interpolation);
    view = resize_rows(view, window.width);
  }
  return same_height ? view : resize_columns(view, window.height, needed.top);
}

PixelView Resampler::resize_rows(const PixelView& image, std::int64_t width) {
  const std::int64_t stride = width * image.channels;
  between_.resize(static_cast<std::size_t>(image.size.height * stride));
  const auto pass = image.channels == 1 ? row_pass<1> : row_pass<3>;
  for (std::int64_t y = 0; y < image.size.height; ++y)
    pass(image.data + y * image.stride, along_rows_.first.data(), along_rows_.count.data(),
         along_rows_.values.data(), along_rows_.stride, width, between_.data() + y * stride);
  return {between_.data(), stride, {image.size.height, width}, image.channels};
}

PixelView Resampler::resize_columns(const PixelView& image, std::int64_t height, std::int64_t top) {
  const std::int64_t stride = image.size.width * image.channels;
  result_.resize(static_cast<std::size_t>(height * stride));
  sums_.resize(static_cast<std::size_t>(stride));
  std::int32_t* sums = sums_.data();
  for (std::int64_t y = 0; y < height; ++y) {
    const auto row = static_cast<std::size_t>(y);
    const std::uint8_t* in = image.data + (along_columns_.first[row] - top) * image.stride;
    const std::int32_t* weights = along_columns_.values.data() + y * along_columns_.stride;
    std::fill_n(sums, stride, kHalf);
    for (std::int32_t k = 0; k < along_columns_.count[row]; ++k, in += image.stride)
      for (std::int64_t x = 0; x < stride; ++x) sums[x] += weights[k] * in[x];
    std::transform(sums, sums + stride, result_.data() + y * stride, sample);
  }
  return {result_.data(), stride, {height, image.size.width}, image.channels};
}

}  // namespace temper::augment
