#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "temper/augment/kernels.h"

/// The resampler's two passes for processors that add up four products of bytes at once (AVX-512
/// with VBMI and VNNI: Ice Lake, Zen 4). A weight becomes three signed digits of 8 bits, whose sums
/// are exact; so both give the bits of kernels.h.
namespace temper::augment::kernels {

/// Whether the processor has them.
bool has_dot_products();
/// Tests: whether they are used where the processor has them.
void use_dot_products(bool yes);

/// Along rows of RGB: five pixels at a time, whose samples lie within one vector.
class RowDots {
 public:
  /// @param samples  pixels of a row
  /// @return false where the others must do it: the processor has no dot products, five pixels lie
  ///         too far apart, or a weight is too large
  bool pack(const Taps& taps, std::int64_t samples);

  /// @param out  with kBehind bytes behind each row, which are overwritten
  void resize(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
              std::uint8_t* out, std::ptrdiff_t out_stride) const;

 private:
  /// What the vectors hold.
  struct alignas(64) Lanes {
    std::array<std::uint32_t, 16> words;
  };

  template <int fixed_quads>
  void resize_some(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
                   std::uint8_t* out, std::ptrdiff_t out_stride) const;

  std::int64_t quads_ = 0;             ///< four samples each, of every pixel
  std::vector<std::int32_t> first_;    ///< sample of each five pixels
  std::vector<Lanes> lanes_;           ///< of each five: where samples go, then 3 digits a quad
  std::vector<std::uint64_t> within_;  ///< which of a vector's bytes lie in the row, a quad each
};

/// Along columns.
class ColumnDots {
 public:
  /// As RowDots::pack().
  bool pack(const Taps& taps);

  /// Pixel y of every column.
  /// @param in     first of the rows that it is made of
  /// @param count  samples of a row
  void resize(std::int64_t y, const std::uint8_t* in, std::ptrdiff_t stride, std::int64_t count,
              std::uint8_t* out) const;

 private:
  using Digits = std::array<std::uint32_t, 3>;  ///< of four weights

  std::vector<Digits> digits_;
  std::vector<std::int64_t> begin_;  ///< of each pixel's digits
  std::vector<std::int32_t> count_;  ///< of its rows
};

}  // namespace temper::augment::kernels
