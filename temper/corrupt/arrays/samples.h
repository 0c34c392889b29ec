#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "temper/io/image/image.h"

namespace temper::corrupt {

/// An image of numbers, rows from top to bottom, channels interleaved: the arrays that the
/// published code computes with.
struct Samples {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<double> values;  ///< height * width * channels

  /// Sets the size; the values are any. Memory is kept.
  void resize(int rows, int columns, int samples) {
    height = rows;
    width = columns;
    channels = samples;
    values.resize(row_size() * static_cast<std::size_t>(rows));
  }
  /// Sets the size, and all values to 0.
  void clear(int rows, int columns, int samples) {
    resize(rows, columns, samples);
    std::fill(values.begin(), values.end(), 0.0);
  }
  [[nodiscard]] std::size_t row_size() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  [[nodiscard]] double* row(int y) {
    return values.data() + static_cast<std::size_t>(y) * row_size();
  }
  [[nodiscard]] const double* row(int y) const {
    return values.data() + static_cast<std::size_t>(y) * row_size();
  }
  /// The first channel of a pixel.
  [[nodiscard]] const double* pixel(int y, int x) const {
    return row(y) + std::ptrdiff_t{x} * channels;
  }
};

/// The image's samples as they are, 0 to 255.
void bytes_of(const io::Image& image, Samples& samples);
/// The image's samples divided by 255.
void units_of(const io::Image& image, Samples& samples);
/// The same, rounded to float as a float32 array has them.
void float_units_of(const io::Image& image, Samples& samples);

/// The image sample of a number in [0, 1], which is clipped to that and truncated, not rounded: as
/// `np.uint8(np.clip(x, 0, 1) * 255)`.
inline std::uint8_t byte_of(double unit) {
  return static_cast<std::uint8_t>(std::clamp(unit, 0.0, 1.0) * 255);
}
inline std::uint8_t byte_of(float unit) {
  return static_cast<std::uint8_t>(std::clamp(unit, 0.0F, 1.0F) * 255.0F);
}

/// byte_of() every value; the samples have the image's size.
void store_units(const Samples& samples, io::Image& image);
/// The same for float32 arrays.
void store_float_units(const Samples& samples, io::Image& image);

/// The sum in NumPy's order: pairwise for long arrays, eight partial sums for those of 8 to 128.
double sum_of(std::span<const double> values);

/// Luma from red, green and blue, with the weights of the published code.
inline double luma_of(double red, double green, double blue) {
  return red * 0.2989 + green * 0.5870 + blue * 0.1140;
}

/// The index of a pixel i of a row of n pixels that is mirrored at its ends without repeating them:
/// OpenCV's BORDER_REFLECT_101.
inline int mirrored(int i, int n) {
  if (n == 1) return 0;
  const int period = 2 * (n - 1);
  const int within = (i % period + period) % period;
  return within < n ? within : period - within;
}

}  // namespace temper::corrupt
