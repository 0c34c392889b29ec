#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/dot_products.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/augment/pixels/kernels.h"

namespace temper::augment {

/// Part of a row-major image with interleaved channels.
struct PixelView {
  const std::uint8_t* data = nullptr;
  std::int64_t stride = 0;  ///< bytes from row to row
  Size size;
  int channels = 0;
};

/// The source of a resize: a whole image, or a box in it whose edges may lie within pixels.
struct SourceRegion {
  Size image;  ///< the available pixels
  double top = 0;
  double left = 0;
  double height = 0;
  double width = 0;

  static SourceRegion whole(Size size) {
    return {size, 0, 0, static_cast<double>(size.height), static_cast<double>(size.width)};
  }
};

/// An interpolation method, and whether it is antialiased when an image shrinks.
struct Filter {
  Interpolation interpolation = Interpolation::bilinear;
  bool antialias = true;
  bool operator==(const Filter&) const = default;
};

/// Resizes 8-bit images with the same pixels as Pillow: separable, first along rows and then along
/// columns, with 22-bit fixed-point weights, rounded to 8 bits between the two passes. prepare()
/// returns the pixels that are needed, begin() takes them, and row() returns the rows of the
/// result. Memory is reused from image to image.
class Resampler {
 public:
  /// Prepares the pixels in `window`, inside `size`, of the stretch resized to `size`; nothing else
  /// is computed.
  /// @param mirrored  whether row() is mirrored, the last pixel of the window first
  /// @return the box of stretch.image that is needed
  Box prepare(const SourceRegion& stretch, Size size, Box window, Filter filter,
              bool mirrored = false);

  /// @param needed  the pixels of the box from prepare(); must stay valid until the last row()
  void begin(const PixelView& needed);

  /// Row y of the window, width * channels samples, valid until the next call.
  const std::uint8_t* row(std::int64_t y);

 private:
  /// For each pixel of the result: the first source pixel, the number of them, and their weights.
  struct Weights {
    bool same = false;       ///< no resize in this direction; nothing else is set but the ends
    std::int64_t begin = 0;  ///< source pixels that are needed
    std::int64_t end = 0;
    std::vector<std::int32_t> first;  ///< relative to `begin`
    std::vector<std::int32_t> count;
    std::vector<std::int32_t> values;  ///< `stride` per pixel
    std::int64_t stride = 0;

    std::vector<double> exact;  ///< the weights of one pixel

    /// For pixels [low, low + length) of `out`, resized from the stretch [from, from + over) of
    /// `in` pixels.
    void prepare(std::int64_t in, double from, double over, std::int64_t out, std::int64_t low,
                 std::int64_t length, Filter filter);
    void mirror();
    void prepare_nearest(std::int64_t in, double from, double scale, std::int64_t low,
                         std::int64_t length);
    [[nodiscard]] kernels::Taps taps() const { return {first, count, values.data(), stride}; }
  };

  struct alignas(64) CacheLine {
    std::array<std::uint8_t, 64> bytes;
  };
  /// How the pass along rows is computed, fastest first.
  enum class RowPass : std::uint8_t { dots, pairs, single };

  void begin_rows();
  [[nodiscard]] std::uint8_t* resized_pixels(std::int64_t y);
  void resize_rows(std::int64_t end);
  void resize_pairs(std::int64_t first, std::int64_t end);
  void resize_single(std::int64_t first, std::int64_t end);
  const std::uint8_t* resized_row(std::int64_t y);
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

  PixelView source_;   ///< input of the pass along rows
  PixelView between_;  ///< input of the pass along columns
  RowPass row_pass_ = RowPass::single;
  std::vector<CacheLine> rows_;  ///< results of the pass along rows, each from a new line on
  std::int64_t rows_end_ = 0;    ///< number of them that are computed
  std::vector<std::uint8_t> last_row_;
  std::vector<std::uint8_t> result_;
  bool mirrored_ = false;
  std::vector<std::uint8_t> mirrored_row_;
};

}  // namespace temper::augment
