#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "temper/augment/normalisation.h"

/// The inner loops over pixels, for the vector instructions that the processor has (chosen when
/// they are first called). All give the same bits.
namespace temper::augment::kernels {

/// Fixed-point weights have 22 bits after the point; a sample is (2^21 + sum of weight * sample) >>
/// 22, kept within 0 to 255, as Pillow computes it in 32 bits.
inline constexpr int kBits = 22;
inline constexpr int kLowBits = 15;  ///< of them in WeightPair::low

/// Two weights side by side, in 7 + 15 bits, so that products have the 16 bits that processors
/// multiply in pairs: weight = high * 2^15 + low.
struct WeightPair {
  std::int16_t low[2];   ///< in [0, 2^15)  NOLINT(modernize-avoid-c-arrays): loaded as one word
  std::int16_t high[2];  // NOLINT(modernize-avoid-c-arrays)
};
WeightPair pair_of(std::int32_t first, std::int32_t second);

/// What each pixel of a result is made of: count[x] pixels from first[x] on, which never falls,
/// with weights that begin at values[x * stride].
struct Taps {
  std::span<const std::int32_t> first;
  std::span<const std::int32_t> count;
  const std::int32_t* values = nullptr;
  std::int64_t stride = 0;
};

/// The same for resize_rows: samples of the pixels from first[x] on, `pairs` pairs.
struct TapPairs {
  const std::int32_t* first = nullptr;  ///< one a pixel; first[x] + 2 * pairs <= pixels of a row
  const WeightPair* weights = nullptr;  ///< `pairs` a pixel
  std::int64_t pairs = 0;
  std::int64_t width = 0;  ///< pixels; a multiple of 4
};

/// Bytes after the end of a row of RGB that resize_rows reads (and does not use), and that it
/// writes after its own.
inline constexpr std::ptrdiff_t kBehind = 16;

/// Rows of RGB pixels resized along themselves.
void resize_rows(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
                 const TapPairs& taps, std::uint8_t* out, std::ptrdiff_t out_stride);

/// One row as the weighted sum of several.
/// @param in     the first of 2 * pairs rows, or one less where `odd`: then the last weight is 0
/// @param count  samples of a row
void resize_column(const std::uint8_t* in, std::ptrdiff_t stride, const WeightPair* weights,
                   std::int64_t pairs, bool odd, std::int64_t count, std::uint8_t* out);

/// RGB pixels in reverse order.
void mirror(const std::uint8_t* in, std::int64_t pixels, std::uint8_t* out);

/// What each sample of a row of pixels becomes.
void normalise(const std::uint8_t* in, std::int64_t pixels, const NormalisationTable& table,
               float* out);

/// The same from reciprocals and fused corrections, whatever comes out: the table's values where
/// the processor has fused multiplication, which NormalisationTable finds out.
void normalise_fused(const std::uint8_t* in, std::int64_t pixels, int channels,
                     const NormalisationTable::Constants& constants, float* out);

}  // namespace temper::augment::kernels
