#include "temper/corrupt/arrays/resize8.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace temper::corrupt {
namespace {

/// Four source pixels and their weights; linear uses the middle two.
struct Taps {
  std::array<int, 4> at{};
  std::array<std::int64_t, 4> weight{};
};

std::int64_t fixed(float weight) {
  return std::lrint(weight * 2048.0F);
}

/// The taps of pixel i of a result, from n source pixels.
Taps taps_of(int i, int n, double scale, Resize8 method) {
  const auto center = static_cast<float>((i + 0.5) * scale - 0.5);
  int low = static_cast<int>(std::floor(center));
  float x = center - static_cast<float>(low);
  Taps taps;
  if (method == Resize8::linear) {
    if (low < 0 || low >= n - 1) x = 0;
    low = std::clamp(low, 0, n - 1);
    taps.weight = {0, fixed(1 - x), fixed(x), 0};
  } else {
    constexpr float a = -0.75F;
    const float before = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
    const float here = ((a + 2) * x - (a + 3)) * x * x + 1;
    const float after = ((a + 2) * (1 - x) - (a + 3)) * (1 - x) * (1 - x) + 1;
    taps.weight = {fixed(before), fixed(here), fixed(after), fixed(1 - before - here - after)};
  }
  for (int k = 0; k < 4; ++k)
    taps.at[static_cast<std::size_t>(k)] = std::clamp(low - 1 + k, 0, n - 1);
  return taps;
}

/// The weighted sum of four samples of a row, 11 fractional bits.
std::int64_t along_row(const std::uint8_t* row, const Taps& taps, int channels, int c) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < 4; ++k) sum += taps.weight[k] * row[taps.at[k] * channels + c];
  return sum;
}

std::uint8_t along_column(const std::array<std::int64_t, 4>& sums, const Taps& taps,
                          Resize8 method) {
  if (method == Resize8::linear)
    return static_cast<std::uint8_t>((((taps.weight[1] * (sums[1] >> 4)) >> 16) +
                                      ((taps.weight[2] * (sums[2] >> 4)) >> 16) + 2) >>
                                     2);
  std::int64_t sum = 1 << 21;
  for (std::size_t k = 0; k < 4; ++k) sum += taps.weight[k] * sums[k];
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum >> 22, 0, 255));
}

}  // namespace

void resize_window(const io::Image& from, Resize8 method, double scale_y, double scale_x, int top,
                   int left, io::Image& to) {
  const io::Pixels source(from);
  auto* out = to.pixels.data();
  for (int y = 0; y < to.height; ++y) {
    const auto down = taps_of(top + y, from.height, scale_y, method);
    for (int x = 0; x < to.width; ++x) {
      const auto right = taps_of(left + x, from.width, scale_x, method);
      for (int c = 0; c < from.channels; ++c) {
        std::array<std::int64_t, 4> sums{};
        for (std::size_t k = 0; k < 4; ++k)
          sums[k] = along_row(source.row(down.at[k]), right, from.channels, c);
        *out++ = along_column(sums, down, method);
      }
    }
  }
}

}  // namespace temper::corrupt
