#include "temper/corrupt/arrays/planes.h"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace temper::corrupt {
namespace {

void size_like(const io::Image& from, io::Image& to) {
  to.height = from.height;
  to.width = from.width;
  to.channels = 1;
  to.pixels.resize(to.size());
}

std::size_t index(const io::Image& image, int y, int x) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
         static_cast<std::size_t>(x);
}

struct Gradient {
  int x = 0;
  int y = 0;
};

/// Sobel's, with copies of the outermost pixels beyond the image.
Gradient gradient(const io::Image& image, int y, int x) {
  const auto at = [&](int dy, int dx) -> int {
    return image.pixels[index(image, std::clamp(y + dy, 0, image.height - 1),
                              std::clamp(x + dx, 0, image.width - 1))];
  };
  return {at(-1, 1) - at(-1, -1) + 2 * (at(0, 1) - at(0, -1)) + at(1, 1) - at(1, -1),
          at(1, -1) - at(-1, -1) + 2 * (at(1, 0) - at(-1, 0)) + at(1, 1) - at(-1, 1)};
}

/// Whether the gradient's magnitude is a maximum along its direction, which is one of four: bounds
/// at 22.5 and 67.5 degrees in fixed point. `magnitudes` has a border of one pixel.
bool is_ridge(const Samples& magnitudes, Gradient gradient, int y, int x) {
  constexpr std::int64_t tangent = 13573;  // of 22.5 degrees, times 2^15
  const auto at = [&](int dy, int dx) { return magnitudes.row(y + 1 + dy)[x + 1 + dx]; };
  const double here = at(0, 0);
  const std::int64_t across = std::abs(gradient.x);
  const std::int64_t down = std::int64_t{std::abs(gradient.y)} << 15;
  const std::int64_t bound = across * tangent;
  if (down < bound) return here > at(0, -1) && here >= at(0, 1);
  if (down > bound + (across << 16)) return here > at(-1, 0) && here >= at(1, 0);
  const int sign = (gradient.x < 0) != (gradient.y < 0) ? -1 : 1;
  return here > at(-1, -sign) && here > at(1, sign);
}

/// The least of `value` and those of neighbors at a distance, where they are inside.
struct Relaxation {
  const std::vector<float>& distances;
  int height;
  int width;

  void by(float& value, int y, int x, float step) const {
    if (y < 0 || x < 0 || y >= height || x >= width) return;
    value =
        std::min(value, distances[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                  static_cast<std::size_t>(x)] +
                            step);
  }
  /// @param way  -1: the neighbors above and on the left; 1: those below and on the right
  void half(float& value, int y, int x, int way) const {
    constexpr float diagonal = 1.4F;
    constexpr float knight = 2.1969F;
    for (const int side : {-1, 1}) {
      by(value, y + 2 * way, x + side, knight);
      by(value, y + way, x + 2 * side, knight);
      by(value, y + way, x + side, diagonal);
    }
    by(value, y + way, x, 1);
    by(value, y, x + way, 1);
  }
};

/// Sums of 3 x 3 values, mirrored at the ends; calls use(index, sum).
template <class At, class Use>
void each_sum3(int height, int width, const At& at, const Use& use) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      double sum = 0;
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx)
          sum += at(mirrored(y + dy, height), mirrored(x + dx, width), dy + 1, dx + 1);
      use(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
              static_cast<std::size_t>(x),
          sum);
    }
}

}  // namespace

void canny(const io::Image& from, int low, int high, std::vector<std::pair<int, int>>& points,
           Samples& magnitudes, io::Image& to) {
  size_like(from, to);
  magnitudes.clear(from.height + 2, from.width + 2, 1);
  for (int y = 0; y < from.height; ++y)
    for (int x = 0; x < from.width; ++x) {
      const auto [across, down] = gradient(from, y, x);
      magnitudes.row(y + 1)[x + 1] = std::abs(across) + std::abs(down);
    }
  constexpr std::uint8_t edge = 255, candidate = 1, none = 0;
  points.clear();
  for (int y = 0; y < from.height; ++y)
    for (int x = 0; x < from.width; ++x) {
      const double magnitude = magnitudes.row(y + 1)[x + 1];
      const bool ridge = magnitude > low && is_ridge(magnitudes, gradient(from, y, x), y, x);
      to.pixels[index(to, y, x)] = !ridge ? none : magnitude > high ? edge : candidate;
      if (ridge && magnitude > high) points.emplace_back(y, x);
    }
  while (!points.empty()) {  // candidates that touch edges are edges
    const auto [y, x] = points.back();
    points.pop_back();
    for (int row = std::max(0, y - 1); row <= std::min(to.height - 1, y + 1); ++row)
      for (int column = std::max(0, x - 1); column <= std::min(to.width - 1, x + 1); ++column)
        if (auto& pixel = to.pixels[index(to, row, column)]; pixel == candidate) {
          pixel = edge;
          points.emplace_back(row, column);
        }
  }
  for (auto& pixel : to.pixels)
    if (pixel == candidate) pixel = none;
}

void distance_transform(const io::Image& from, std::vector<float>& distances) {
  distances.assign(from.pixels.size(), std::numeric_limits<float>::max());
  const Relaxation relaxation{distances, from.height, from.width};
  for (int y = 0; y < from.height; ++y)
    for (int x = 0; x < from.width; ++x) {
      auto& distance = distances[index(from, y, x)];
      if (from.pixels[index(from, y, x)] == 0)
        distance = 0;
      else
        relaxation.half(distance, y, x, -1);
    }
  for (int y = from.height - 1; y >= 0; --y)
    for (int x = from.width - 1; x >= 0; --x)
      relaxation.half(distances[index(from, y, x)], y, x, 1);
}

void equalize_histogram(io::Image& image) {
  std::array<int, 256> counts{};
  for (const auto pixel : image.pixels) ++counts[pixel];
  const int total = static_cast<int>(image.pixels.size());
  std::size_t first = 0;
  while (counts[first] == 0) ++first;
  if (counts[first] == total) return;
  const float scale = 255.0F / static_cast<float>(total - counts[first]);
  std::array<std::uint8_t, 256> table{};
  int sum = 0;
  for (std::size_t i = first + 1; i < table.size(); ++i) {
    sum += counts[i];
    table[i] = static_cast<std::uint8_t>(
        std::clamp(std::nearbyint(static_cast<float>(sum) * scale), 0.0F, 255.0F));
  }
  for (auto& pixel : image.pixels) pixel = table[pixel];
}

void filter3(const io::Image& from, const std::array<std::array<int, 3>, 3>& kernel,
             io::Image& to) {
  size_like(from, to);
  each_sum3(
      from.height, from.width,
      [&](int y, int x, int i, int j) {
        return kernel[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] *
               from.pixels[index(from, y, x)];
      },
      [&](std::size_t at, double sum) {
        to.pixels[at] = static_cast<std::uint8_t>(std::clamp(sum, 0.0, 255.0));
      });
}

void blur3(const io::Image& from, io::Image& to) {
  size_like(from, to);
  each_sum3(
      from.height, from.width,
      [&](int y, int x, int, int) { return from.pixels[index(from, y, x)]; },
      [&](std::size_t at, double sum) {
        to.pixels[at] = static_cast<std::uint8_t>(std::nearbyint(sum * (1 / 9.0)));
      });
}

void blur3(const std::vector<float>& from, io::Image& to) {
  each_sum3(
      to.height, to.width, [&](int y, int x, int, int) { return from[index(to, y, x)]; },
      [&](std::size_t at, double sum) {
        to.pixels[at] = static_cast<std::uint8_t>(static_cast<float>(sum * (1 / 9.0)));
      });
}

}  // namespace temper::corrupt
