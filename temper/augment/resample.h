#pragma once
#include <cstdint>
#include <vector>

#include "temper/augment/box.h"
#include "temper/augment/interpolation.h"
#include "temper/io/image.h"

namespace temper::augment {

/// Part of a row-major image with interleaved channels.
struct PixelView {
  const std::uint8_t* data = nullptr;
  std::int64_t stride = 0;  ///< bytes from row to row
  Size size;
  int channels = 0;
};

/// Resizes 8-bit images with Pillow's pixels: separable, antialiased, first along rows and then
/// along columns, weights in fixed point with 22 bits, rounded to 8 bits between the two passes.
/// Keeps its memory from call to call.
class Resampler {
 public:
  /// The pixels in `window`, inside `size`, of the image resized to `size`; nothing else is
  /// computed.
  /// @return valid until the next call
  PixelView operator()(const PixelView& image, Size size, Box window, Interpolation interpolation);

 private:
  /// For each pixel of the result: the first source pixel, how many, and their weights.
  struct Weights {
    std::vector<std::int32_t> first;
    std::vector<std::int32_t> count;
    std::vector<std::int32_t> values;  ///< `stride` a pixel
    std::int64_t stride = 0;

    std::vector<double> exact;  ///< of one pixel

    /// For pixels [begin, begin + length) of `in` pixels resized to `out`.
    void prepare(std::int64_t in, std::int64_t out, std::int64_t begin, std::int64_t length,
                 Interpolation interpolation);
  };

  PixelView resize_rows(const PixelView& image, std::int64_t width);
  /// @param top  the row of the whole image that is the first of `image`
  PixelView resize_columns(const PixelView& image, std::int64_t height, std::int64_t top);

  Weights along_rows_;
  Weights along_columns_;
  std::vector<std::uint8_t> between_;
  std::vector<std::uint8_t> result_;
  std::vector<std::int32_t> sums_;
};

}  // namespace temper::augment
