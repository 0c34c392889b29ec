#pragma once
#include <cstdint>
#include <vector>

#include "temper/augment/box.h"
#include "temper/augment/dot_products.h"
#include "temper/augment/interpolation.h"
#include "temper/augment/kernels.h"

namespace temper::augment {

/// Part of a row-major image with interleaved channels.
struct PixelView {
  const std::uint8_t* data = nullptr;
  std::int64_t stride = 0;  ///< bytes from row to row
  Size size;
  int channels = 0;
};

/// What is resized: all of an image, or a box in it whose sides may lie within pixels.
struct Stretch {
  Size image;  ///< whose pixels there are
  double top = 0;
  double left = 0;
  double height = 0;
  double width = 0;

  static Stretch whole(Size size) {
    return {size, 0, 0, static_cast<double>(size.height), static_cast<double>(size.width)};
  }
};

/// A filter, and whether it takes in all pixels where an image shrinks.
struct Filter {
  Interpolation interpolation = Interpolation::bilinear;
  bool antialias = true;
  bool operator==(const Filter&) const = default;
};

/// Resizes 8-bit images with Pillow's pixels: separable, first along rows and then along columns,
/// weights in fixed point with 22 bits, rounded to 8 bits between the two passes. prepare() says
/// which pixels are needed, begin() takes them, row() gives one row of the result after the other.
/// Keeps its memory from image to image.
class Resampler {
 public:
  /// For the pixels in `window`, inside `size`, of the stretch resized to `size`; nothing else is
  /// computed.
  /// @return the pixels of stretch.image that count
  Box prepare(const Stretch& stretch, Size size, Box window, Filter filter);

  /// @param needed  the pixels that prepare() named; rows must stay until the last row() where only
  ///                the height changes
  void begin(const PixelView& needed);

  /// Row y of the window, width * channels samples, valid until the next call.
  const std::uint8_t* row(std::int64_t y);

 private:
  /// For each pixel of the result: the first source pixel, how many, and their weights.
  struct Weights {
    bool same = false;       ///< nothing is resized this way
    std::int64_t begin = 0;  ///< source pixels that count
    std::int64_t end = 0;
    std::vector<std::int32_t> first;  ///< from `begin` on
    std::vector<std::int32_t> count;
    std::vector<std::int32_t> values;  ///< `stride` a pixel
    std::int64_t stride = 0;

    std::vector<double> exact;  ///< of one pixel

    /// For pixels [low, low + length) of `out`, made of the stretch [from, from + over) of `in`
    /// pixels.
    void prepare(std::int64_t in, double from, double over, std::int64_t out, std::int64_t low,
                 std::int64_t length, Filter filter);
    void prepare_nearest(std::int64_t in, double from, double scale, std::int64_t low,
                         std::int64_t length);
    [[nodiscard]] kernels::Taps taps() const { return {first, count, values.data(), stride}; }
  };

  void resize_rows(const PixelView& image);
  void resize_grey_rows(const PixelView& image);
  void pack_rows(std::int64_t width);
  void pack_columns();

  Size window_;  ///< of the result
  Weights along_rows_;
  Weights along_columns_;
  kernels::RowDots row_dots_;
  std::vector<kernels::WeightPair> row_pairs_;
  std::vector<std::int32_t> row_first_;
  kernels::TapPairs row_taps_;
  kernels::ColumnDots column_dots_;
  bool columns_by_dots_ = false;
  std::vector<kernels::WeightPair> column_pairs_;
  std::vector<std::int64_t> column_begin_;  ///< of each row's pairs

  PixelView between_;  ///< what columns are made of
  std::vector<std::uint8_t> rows_;
  std::vector<std::uint8_t> last_row_;
  std::vector<std::uint8_t> result_;
};

}  // namespace temper::augment
