#include "temper/corrupt/arrays/affine_warp.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace temper::corrupt {
namespace {

constexpr AffineMap kIdentity{1, 0, 0, 0, 1, 0};

AffineMap inverse_of(const AffineMap& m) {
  const double determinant = m[0] * m[4] - m[1] * m[3];
  if (determinant == 0) return kIdentity;
  const double scale = 1 / determinant;
  const double a = m[4] * scale;
  const double b = -m[1] * scale;
  const double c = -m[3] * scale;
  const double d = m[0] * scale;
  return {a, b, -a * m[2] - b * m[5], c, d, -c * m[2] - d * m[5]};
}

std::int64_t fixed(double coordinate) {
  return std::llrint(std::clamp(coordinate * 1024, -2147483648.0, 2147483647.0));
}

/// Mirrored with the last sample repeated.
int reflected(std::int64_t i, int n) {
  const std::int64_t period = 2 * std::int64_t{n};
  const std::int64_t within = (i % period + period) % period;
  return static_cast<int>(within < n ? within : period - 1 - within);
}

}  // namespace

AffineMap map_of(const std::array<Point, 3>& from, const std::array<Point, 3>& to) {
  const auto& [p, q, r] = from;
  const double determinant = (q.x - p.x) * (r.y - p.y) - (r.x - p.x) * (q.y - p.y);
  if (determinant == 0) return kIdentity;
  // Each output coordinate is linear in x and y; `at` are its values at the three points.
  const auto solve = [&](double at_p, double at_q, double at_r) {
    const double by_x = ((at_q - at_p) * (r.y - p.y) - (at_r - at_p) * (q.y - p.y)) / determinant;
    const double by_y = ((q.x - p.x) * (at_r - at_p) - (r.x - p.x) * (at_q - at_p)) / determinant;
    return std::array{by_x, by_y, at_p - by_x * p.x - by_y * p.y};
  };
  const auto x = solve(to[0].x, to[1].x, to[2].x);
  const auto y = solve(to[0].y, to[1].y, to[2].y);
  return {x[0], x[1], x[2], y[0], y[1], y[2]};
}

void warp_affine(const Samples& from, const AffineMap& map, Samples& to) {
  const auto m = inverse_of(map);
  const int channels = from.channels;
  to.resize(from.height, from.width, channels);
  for (int y = 0; y < to.height; ++y) {
    const std::int64_t row_x = fixed(m[1] * y + m[2]) + 16;
    const std::int64_t row_y = fixed(m[4] * y + m[5]) + 16;
    double* const out = to.row(y);
    std::size_t next = 0;
    for (int x = 0; x < to.width; ++x) {
      const std::int64_t at_x = (row_x + fixed(m[0] * x)) >> 5;
      const std::int64_t at_y = (row_y + fixed(m[3] * x)) >> 5;
      const auto right = static_cast<float>(at_x & 31) / 32.0F;
      const auto down = static_cast<float>(at_y & 31) / 32.0F;
      const int left_at = mirrored(static_cast<int>(at_x >> 5), from.width) * channels;
      const int right_at = mirrored(static_cast<int>(at_x >> 5) + 1, from.width) * channels;
      const double* above = from.row(mirrored(static_cast<int>(at_y >> 5), from.height));
      const double* below = from.row(mirrored(static_cast<int>(at_y >> 5) + 1, from.height));
      for (int c = 0; c < channels; ++c)
        out[next++] = static_cast<float>(above[left_at + c] * ((1 - down) * (1 - right)) +
                                         above[right_at + c] * ((1 - down) * right) +
                                         below[left_at + c] * (down * (1 - right)) +
                                         below[right_at + c] * (down * right));
    }
  }
}

void displace(const Samples& from, const Samples& dy, const Samples& dx, Samples& to) {
  const int channels = from.channels;
  to.resize(from.height, from.width, channels);
  for (int y = 0; y < to.height; ++y) {
    double* const out = to.row(y);
    std::size_t next = 0;
    for (int x = 0; x < to.width; ++x) {
      const double at_y = y + dy.row(y)[x];
      const double at_x = x + dx.row(y)[x];
      const auto top = static_cast<std::int64_t>(std::floor(at_y));
      const auto left = static_cast<std::int64_t>(std::floor(at_x));
      const double down = at_y - static_cast<double>(top);
      const double right = at_x - static_cast<double>(left);
      const double* above = from.row(reflected(top, from.height));
      const double* below = from.row(reflected(top + 1, from.height));
      const int left_at = reflected(left, from.width) * channels;
      const int right_at = reflected(left + 1, from.width) * channels;
      for (int c = 0; c < channels; ++c)
        out[next++] = static_cast<float>(above[left_at + c] * (1 - down) * (1 - right) +
                                         above[right_at + c] * (1 - down) * right +
                                         below[left_at + c] * down * (1 - right) +
                                         below[right_at + c] * down * right);
    }
  }
}

}  // namespace temper::corrupt
