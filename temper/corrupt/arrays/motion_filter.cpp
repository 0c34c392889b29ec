#include "temper/corrupt/arrays/motion_filter.h"

#include <cmath>
#include <cstdint>
#include <numbers>

#include "temper/corrupt/arrays/row_kernels.h"

namespace temper::corrupt {
namespace {

void widen(const Samples& from, int by, Samples& to) {
  to.resize(from.height, from.width + 2 * by, from.channels);
  for (int y = 0; y < from.height; ++y) {
    double* into = to.row(y);
    for (int x = -by; x < from.width + by; ++x)
      into = std::copy_n(from.pixel(y, std::clamp(x, 0, from.width - 1)), from.channels, into);
  }
}

}  // namespace

void MotionFilter::operator()(const Samples& from, const Motion& motion, Samples& to) {
  const int width = 2 * motion.radius + 1;
  weights_.clear();
  for (int i = 0; i < width; ++i)
    weights_.push_back(std::exp(-(i * i) / (2 * (motion.sigma * motion.sigma))) /
                       (std::sqrt(2 * std::numbers::pi) * motion.sigma));
  const double sum = sum_of(weights_);
  for (auto& weight : weights_) weight /= sum;

  const double radians = motion.degrees * (std::numbers::pi / 180);
  const double down = width * std::sin(radians);
  const double right = width * std::cos(radians);
  const double length = std::hypot(down, right);
  widen(from, width, wide_);
  to.clear(from.height, from.width, from.channels);
  const auto count = static_cast<std::int64_t>(from.row_size());
  for (int i = 0; i < width; ++i) {
    const int dy = static_cast<int>(std::ceil(i * down / length - 0.5));
    const int dx = static_cast<int>(std::ceil(i * right / length - 0.5));
    if (motion.stops_outside && (std::abs(dy) >= from.height || std::abs(dx) >= from.width)) break;
    for (int y = 0; y < from.height; ++y)
      kernels::add_scaled(wide_.pixel(std::clamp(y + dy, 0, from.height - 1), width + dx),
                          weights_[static_cast<std::size_t>(i)], count, to.row(y));
  }
}

}  // namespace temper::corrupt
