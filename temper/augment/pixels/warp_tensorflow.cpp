#include "temper/augment/pixels/warp_tensorflow.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace temper::augment {
namespace {

/// std::round() of a place along one side; -1 outside.
std::int64_t pixel_at(float place, int length) {
  const double shifted = double{place} + 0.5;  // exact
  return shifted > 0 && shifted < length ? static_cast<std::int64_t>(shifted) : -1;
}

template <int channels>
void take_nearest(const io::Image& from, io::Image& to, const std::array<float, 6>& c) {
  std::uint8_t* out = to.pixels.data();
  for (int row = 0; row < to.height; ++row)
    for (int column = 0; column < to.width; ++column, out += channels) {
      const auto x = static_cast<float>(column);
      const auto y = static_cast<float>(row);
      const auto in_x = pixel_at(c[0] * x + c[1] * y + c[2], from.width);
      const auto in_y = pixel_at(c[3] * x + c[4] * y + c[5], from.height);
      if (in_x >= 0 && in_y >= 0)
        std::copy_n(from.pixels.data() + (in_y * from.width + in_x) * channels, channels, out);
    }
}

}  // namespace

TensorFlowAffine tensorflow_rotation(Size size, double degrees) {
  const float radians = static_cast<float>(degrees) * static_cast<float>(std::numbers::pi / 180);
  const auto cosine = static_cast<float>(std::cos(double{radians}));
  const auto sine = static_cast<float>(std::sin(double{radians}));
  const auto right = static_cast<float>(size.width) - 1;
  const auto bottom = static_cast<float>(size.height) - 1;
  const float x = (right - (cosine * right - sine * bottom)) / 2;
  const float y = (bottom - (sine * right + cosine * bottom)) / 2;
  return {{cosine, -sine, x, sine, cosine, y}};
}

TensorFlowAffine tensorflow_shear_x(double factor) {
  return {{1, static_cast<float>(factor), 0, 0, 1, 0}};
}

TensorFlowAffine tensorflow_shear_y(double factor) {
  return {{1, 0, 0, static_cast<float>(factor), 1, 0}};
}

TensorFlowAffine tensorflow_translation(double right, double down) {
  return {{1, 0, -static_cast<float>(right), 0, 1, -static_cast<float>(down)}};
}

void warp_tensorflow(const io::Image& from, io::Image& to, const TensorFlowAffine& inverse,
                     const Fill& fill) {
  fill_pixels(fill, to.channels, std::int64_t{to.height} * to.width, to.pixels.data());
  if (from.channels == 3)
    take_nearest<3>(from, to, inverse.c);
  else
    take_nearest<1>(from, to, inverse.c);
}

}  // namespace temper::augment
