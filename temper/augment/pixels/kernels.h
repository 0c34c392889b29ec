#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "temper/augment/pixels/normalisation.h"

/// The inner loops over pixels in vector instructions, chosen for the processor at the first call.
/// All instruction sets give the same bits.
namespace temper::augment::kernels {

/// Fixed-point weights have 22 fractional bits; a sample is (2^21 + sum of weight * sample) >> 22,
/// clamped to [0, 255], as Pillow computes it in 32 bits.
inline constexpr int kBits = 22;
inline constexpr int kLowBits = 15;  ///< of them in WeightPair::low

/// Two weights side by side, each split into 7 + 15 bits to fit the 16-bit operands of paired
/// multiply-add instructions: weight = high * 2^15 + low.
struct WeightPair {
  std::int16_t low[2];   ///< in [0, 2^15)  NOLINT(modernize-avoid-c-arrays): loaded as one word
  std::int16_t high[2];  // NOLINT(modernize-avoid-c-arrays)
};
WeightPair pair_of(std::int32_t first, std::int32_t second);

/// The source pixels of each pixel of a result: count[x] pixels from first[x] on, which never
/// decreases, or never increases, with weights from values[x * stride] on.
struct Taps {
  std::span<const std::int32_t> first;
  std::span<const std::int32_t> count;
  const std::int32_t* values = nullptr;
  std::int64_t stride = 0;
};

/// The same for resize_rows: `pairs` pairs of pixels from first[x] on.
struct TapPairs {
  const std::int32_t* first = nullptr;  ///< one per pixel; first[x] + 2 * pairs <= pixels of a row
  const WeightPair* weights = nullptr;  ///< `pairs` per pixel
  std::int64_t pairs = 0;
  std::int64_t width = 0;  ///< pixels; a multiple of 4
};

/// Bytes beyond the end of an RGB row that resize_rows reads (without using them), and bytes beyond
/// the end of its output rows that it writes.
inline constexpr std::ptrdiff_t kRowSlack = 16;

/// Resizes rows of RGB pixels horizontally.
void resize_rows(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
                 const TapPairs& taps, std::uint8_t* out, std::ptrdiff_t out_stride);

/// One row as the weighted sum of several.
/// @param in     the first of 2 * pairs rows, or of one row less if `odd`, with a last weight of 0
/// @param count  samples of a row
void resize_column(const std::uint8_t* in, std::ptrdiff_t stride, const WeightPair* weights,
                   std::int64_t pairs, bool odd, std::int64_t count, std::uint8_t* out);

/// Pixels of 1 or 3 channels in reverse order.
void mirror(const std::uint8_t* in, std::int64_t pixels, int channels, std::uint8_t* out);

/// Normalizes each sample of a row of pixels.
/// @param streamed  write past the caches where `out` is aligned to 64 bytes; another thread sees
///                  the values after hwy::FlushStream()
void normalise(const std::uint8_t* in, std::int64_t pixels, const NormalisationTable& table,
               float* out, bool streamed = false);

/// The same, computed with reciprocals and fused multiply-add corrections. The results are the
/// table's values on processors with fused multiply-add, which NormalisationTable checks.
void normalise_fused(const std::uint8_t* in, std::int64_t pixels, int channels,
                     const NormalisationTable::Constants& constants, float* out,
                     bool streamed = false);

}  // namespace temper::augment::kernels
