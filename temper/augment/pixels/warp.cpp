#include "temper/augment/pixels/warp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <utility>

#include "temper/augment/pixels/warp_kernels.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

void check(Interpolation interpolation) {
  if (!can_warp(interpolation))
    throw Error(Code::usage,
                fmt::format("a geometric transform with the interpolation '{}'; expected bilinear, "
                            "bicubic or nearest",
                            name_of(interpolation)));
}

std::uint8_t* row_of(io::Image& image, std::int64_t y) {
  return image.pixels.data() + y * image.width * image.channels;
}

/// Interpolates at the places that `places_of(column, row, places)` says.
template <class PlacesOf>
void interpolate(const io::Image& from, io::Image& to, Interpolation interpolation,
                 const Fill& fill, PlacesOf places_of) {
  const io::Pixels source(from);
  kernels::Places places;
  for (std::int64_t y = 0; y < to.height; ++y)
    for (std::int64_t x = 0; x < to.width; x += kernels::Places::kMost) {
      places.count = std::min(kernels::Places::kMost, to.width - x);
      places_of(x, y, places);
      std::uint8_t* const out = row_of(to, y) + x * to.channels;
      if (interpolation == Interpolation::bicubic)
        kernels::sample_bicubic(source, places, fill, out);
      else
        kernels::sample_bilinear(source, places, fill, out);
    }
}

/// The pixel that contains a place along one side; -1 outside. A place that is not a number is
/// outside.
std::int64_t pixel_at(double place, int length) {
  return place >= 0 && place < length ? static_cast<std::int64_t>(place) : -1;
}

/// The part of a row on which start + step * x lies in [0, limit).
struct Span {
  std::int64_t first;
  std::int64_t last;
};
Span span_inside(std::int64_t start, std::int64_t step, std::int64_t limit, std::int64_t count) {
  if (step == 0) return start >= 0 && start < limit ? Span{0, count} : Span{0, 0};
  // Going down is going up from the other end: x |-> limit - 1 - x.
  if (step < 0) return span_inside(limit - 1 - start, -step, limit, count);
  const auto steps_to = [&](std::int64_t value) {
    return start >= value ? 0 : (value - start + step - 1) / step;
  };
  return {steps_to(0), std::min(steps_to(limit), count)};
}

constexpr int kFixedBits = 16;

std::int64_t fixed(double value) {
  return static_cast<std::int64_t>(std::floor(value * (1 << kFixedBits) + 0.5));
}

/// Whether Pillow's 16 + 16 bits hold the places of all corners.
bool fits_fixed(const std::array<double, 6>& c, Size size) {
  const auto fits = [&](std::int64_t column, std::int64_t row) {
    const auto x = static_cast<double>(column);
    const auto y = static_cast<double>(row);
    return std::abs(x * c[0] + y * c[1] + c[2]) < 32768 &&
           std::abs(x * c[3] + y * c[4] + c[5]) < 32768;
  };
  return fits(0, 0) && fits(size.width, size.height) && fits(0, size.height) && fits(size.width, 0);
}

/// The nearest pixels, whose places are added up in fixed point.
template <int channels>
void nearest_fixed(const io::Image& from, io::Image& to, const std::array<double, 6>& c) {
  std::int64_t row_x = fixed(c[2] + c[0] * 0.5 + c[1] * 0.5);
  std::int64_t row_y = fixed(c[5] + c[3] * 0.5 + c[4] * 0.5);
  const std::int64_t right_x = fixed(c[0]), right_y = fixed(c[3]);
  const std::int64_t stride = std::int64_t{from.width} * channels;
  for (std::int64_t y = 0; y < to.height; ++y, row_x += fixed(c[1]), row_y += fixed(c[4])) {
    const auto across =
        span_inside(row_x, right_x, std::int64_t{from.width} << kFixedBits, to.width);
    const auto down =
        span_inside(row_y, right_y, std::int64_t{from.height} << kFixedBits, to.width);
    const std::int64_t first = std::max(across.first, down.first);
    const std::int64_t last = std::min(across.last, down.last);
    if (first >= last) continue;
    std::int64_t in_x = row_x + right_x * first;
    std::int64_t in_y = row_y + right_y * first;
    std::uint8_t* out = row_of(to, y) + first * channels;
    for (std::int64_t x = first; x < last; ++x, in_x += right_x, in_y += right_y)
      out = std::copy_n(
          from.pixels.data() + (in_y >> kFixedBits) * stride + (in_x >> kFixedBits) * channels,
          channels, out);
  }
}

/// The same where fixed point is too small.
void nearest_added(const io::Image& from, io::Image& to, const std::array<double, 6>& c) {
  double row_x = c[2] + c[1] * 0.5 + c[0] * 0.5;
  double row_y = c[5] + c[4] * 0.5 + c[3] * 0.5;
  for (std::int64_t y = 0; y < to.height; ++y, row_x += c[1], row_y += c[4]) {
    std::uint8_t* out = row_of(to, y);
    double x = row_x, place_y = row_y;
    for (std::int64_t i = 0; i < to.width; ++i, x += c[0], place_y += c[3], out += to.channels) {
      const auto column = pixel_at(x, from.width), row = pixel_at(place_y, from.height);
      if (column >= 0 && row >= 0)
        std::copy_n(from.pixels.data() + (row * from.width + column) * from.channels, from.channels,
                    out);
    }
  }
}

/// The nearest pixels without rotation and shear: columns and rows are looked up by themselves.
void nearest_scaled(const io::Image& from, io::Image& to, const std::array<double, 6>& c) {
  constexpr std::int64_t most = 256;  // columns at once
  std::array<std::int64_t, most> columns{};
  double x = c[2] + c[0] * 0.5;
  for (std::int64_t left = 0; left < to.width; left += most) {
    const std::int64_t count = std::min(most, to.width - left);
    for (std::int64_t i = 0; i < count; ++i, x += c[0])
      columns[static_cast<std::size_t>(i)] = pixel_at(x, from.width);
    double y = c[5] + c[4] * 0.5;
    for (std::int64_t j = 0; j < to.height; ++j, y += c[4]) {
      const auto row = pixel_at(y, from.height);
      if (row < 0) continue;
      const std::uint8_t* const in = from.pixels.data() + row * from.width * from.channels;
      std::uint8_t* out = row_of(to, j) + left * to.channels;
      for (std::int64_t i = 0; i < count; ++i, out += to.channels) {
        const auto column = columns[static_cast<std::size_t>(i)];
        if (column >= 0) std::copy_n(in + column * from.channels, from.channels, out);
      }
    }
  }
}

void nearest(const io::Image& from, io::Image& to, const std::array<double, 6>& c,
             const Fill& fill) {
  fill_pixels(fill, to.channels, std::int64_t{to.height} * to.width, to.pixels.data());
  if (c[1] == 0 && c[3] == 0)
    nearest_scaled(from, to, c);
  else if (!fits_fixed(c, {to.height, to.width}))
    nearest_added(from, to, c);
  else if (from.channels == 3)
    nearest_fixed<3>(from, to, c);
  else
    nearest_fixed<1>(from, to, c);
}

/// Python's round(value, 15).
double rounded(double value) {
  std::array<char, 64> text{};
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 15);
  double result = 0;
  std::from_chars(text.data(), written.ptr, result);
  return result;
}

bool any_three_on_a_line(const Corners& corners) {
  for (std::size_t k = 0; k < 4; ++k) {
    const auto &a = corners[k], &b = corners[(k + 1) % 4], &c = corners[(k + 2) % 4];
    if ((b.x - a.x) * (c.y - a.y) == (b.y - a.y) * (c.x - a.x)) return true;
  }
  return false;
}

double radians(double degrees) {
  return degrees * (std::numbers::pi / 180);
}

}  // namespace

void warp(const io::Image& from, io::Image& to, const Affine& inverse, Interpolation interpolation,
          Fill fill) {
  check(interpolation);
  if (interpolation == Interpolation::nearest)
    nearest(from, to, inverse.c, fill);
  else
    interpolate(from, to, interpolation, fill, [&](auto x, auto y, kernels::Places& places) {
      kernels::affine_places(inverse.c, x, y, places);
    });
}

void warp(const io::Image& from, io::Image& to, const Perspective& inverse,
          Interpolation interpolation, Fill fill) {
  check(interpolation);
  const auto places_of = [&](auto x, auto y, kernels::Places& places) {
    kernels::perspective_places(inverse.c, x, y, places);
  };
  if (interpolation != Interpolation::nearest) {
    interpolate(from, to, interpolation, fill, places_of);
    return;
  }
  kernels::Places places;
  for (std::int64_t y = 0; y < to.height; ++y)
    for (std::int64_t x = 0; x < to.width; x += places.count) {
      places.count = std::min(kernels::Places::kMost, to.width - x);
      places_of(x, y, places);
      std::uint8_t* out = row_of(to, y) + x * to.channels;
      for (std::size_t i = 0; i < static_cast<std::size_t>(places.count); ++i) {
        const auto column = pixel_at(places.x[i], from.width);
        const auto row = pixel_at(places.y[i], from.height);
        const std::uint8_t* const pixel =
            column < 0 || row < 0
                ? fill.channels.data()
                : from.pixels.data() + (row * from.width + column) * from.channels;
        out = std::copy_n(pixel, from.channels, out);
      }
    }
}

Affine rotation(Size size, double degrees) {
  double turn = std::fmod(degrees, 360);
  if (turn < 0) turn += 360;
  const double angle = -radians(turn);
  const double x = static_cast<double>(size.width) / 2;
  const double y = static_cast<double>(size.height) / 2;
  Affine result{{rounded(std::cos(angle)), rounded(std::sin(angle)), 0, rounded(-std::sin(angle)),
                 rounded(std::cos(angle)), 0}};
  auto& c = result.c;
  c[2] = c[0] * -x + c[1] * -y + x;
  c[5] = c[3] * -x + c[4] * -y + y;
  return result;
}

Affine shear_x(double factor, double center) {
  return {{1, factor, -factor * center, 0, 1, 0}};
}

Affine shear_y(double factor, double center) {
  return {{1, 0, 0, factor, 1, -factor * center}};
}

Affine translation(double right, double down) {
  return {{1, 0, -right, 0, 1, -down}};
}

Affine affine(const AffineParts& parts, double center_x, double center_y) {
  const double turn = radians(parts.degrees);
  const double x = radians(parts.shear_x), y = radians(parts.shear_y);
  const double a = std::cos(turn - y) / std::cos(y);
  const double b = -std::cos(turn - y) * std::tan(x) / std::cos(y) - std::sin(turn);
  const double c = std::sin(turn - y) / std::cos(y);
  const double d = -std::sin(turn - y) * std::tan(x) / std::cos(y) + std::cos(turn);
  const double scale = parts.scale;
  Affine result{{d / scale, -b / scale, 0, -c / scale, a / scale, 0}};
  auto& m = result.c;
  const double to_x = -center_x - parts.right, to_y = -center_y - parts.down;
  m[2] += m[0] * to_x + m[1] * to_y;
  m[5] += m[3] * to_x + m[4] * to_y;
  m[2] += center_x;
  m[5] += center_y;
  return result;
}

Affine affine(const AffineParts& parts, Size size) {
  return affine(parts, static_cast<double>(size.width) * 0.5,
                static_cast<double>(size.height) * 0.5);
}

std::optional<Perspective> perspective(const Corners& start, const Corners& end) {
  if (any_three_on_a_line(start) || any_three_on_a_line(end)) return std::nullopt;
  // A system for the eight coefficients, with its right side in the last column.
  std::array<std::array<double, 9>, 8> rows{};
  for (std::size_t k = 0; k < 4; ++k) {
    const auto [x, y] = end[k];
    const auto [u, v] = start[k];
    rows[2 * k] = {x, y, 1, 0, 0, 0, -u * x, -u * y, u};
    rows[2 * k + 1] = {0, 0, 0, x, y, 1, -v * x, -v * y, v};
  }
  // Gauss-Jordan elimination with the largest pivots.
  for (std::size_t k = 0; k < 8; ++k) {
    auto* const pivot = std::max_element(
        rows.begin() + static_cast<std::ptrdiff_t>(k), rows.end(),
        [k](const auto& a, const auto& b) { return std::abs(a[k]) < std::abs(b[k]); });
    std::swap(rows[k], *pivot);
    if (rows[k][k] == 0) return std::nullopt;
    for (std::size_t i = 0; i < 8; ++i) {
      if (i == k) continue;
      const double factor = rows[i][k] / rows[k][k];
      for (std::size_t j = k; j < 9; ++j) rows[i][j] -= factor * rows[k][j];
    }
  }
  Perspective result;
  for (std::size_t k = 0; k < 8; ++k)
    result.c[k] = static_cast<double>(static_cast<float>(rows[k][8] / rows[k][k]));
  return result;
}

}  // namespace temper::augment
