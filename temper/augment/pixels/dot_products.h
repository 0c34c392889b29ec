#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "temper/augment/pixels/kernels.h"

/// The resampler's two passes for processors with dot products of four bytes (AVX-512 with VBMI and
/// VNNI: Ice Lake, Zen 4). A weight is split into three signed 8-bit digits, whose sums are exact,
/// so the results are bitwise those of kernels.h.
namespace temper::augment::kernels {

/// Whether the processor has these instructions and they are switched on.
bool has_dot_products();
/// For tests: switches them on or off.
void use_dot_products(bool yes);

/// Resizes along RGB rows, five pixels at a time, whose samples lie within one vector.
class RowDots {
 public:
  /// @param samples  pixels of a row
  /// @return false if kernels.h must be used: the processor has no dot products, five pixels are
  ///         too far apart, or a weight is too large
  bool pack(const Taps& taps, std::int64_t samples);

  /// @param out  with kRowSlack bytes after each row, which are overwritten
  void resize(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
              std::uint8_t* out, std::ptrdiff_t out_stride) const;

 private:
  /// The contents of a vector.
  struct alignas(64) Lanes {
    std::array<std::uint32_t, 16> words;
  };

  template <int fixed_quads>
  void resize_some(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
                   std::uint8_t* out, std::ptrdiff_t out_stride) const;

  std::int64_t quads_ = 0;             ///< groups of four samples per pixel
  std::vector<std::int32_t> first_;    ///< first source pixel of each group of five
  std::vector<Lanes> lanes_;           ///< of each group: order of samples, then 3 digits per quad
  std::vector<std::uint64_t> within_;  ///< mask of a vector's bytes within the row, per quad
};

/// Resizes along columns.
class ColumnDots {
 public:
  /// As RowDots::pack().
  bool pack(const Taps& taps);

  /// Row y of the result.
  /// @param in     first of its source rows
  /// @param count  samples of a row
  void resize(std::int64_t y, const std::uint8_t* in, std::ptrdiff_t stride, std::int64_t count,
              std::uint8_t* out) const;

 private:
  using Digits = std::array<std::uint32_t, 3>;  ///< of four weights

  std::vector<Digits> digits_;
  std::vector<std::int64_t> begin_;  ///< of the digits of each row of the result
  std::vector<std::int32_t> count_;  ///< of its source rows
};

}  // namespace temper::augment::kernels
