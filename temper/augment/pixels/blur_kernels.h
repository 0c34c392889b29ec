#pragma once
#include <cstddef>
#include <cstdint>

/// The inner loops of blurs in vector instructions, chosen for the processor at the first call. All
/// instruction sets give the same bits.
namespace temper::augment::kernels {

/// An extended box filter of 2 * radius + 1 samples with `weight`, and one with `edge_weight` at
/// either end, in 24-bit fixed point.
struct ExtendedBox {
  std::int64_t radius = 0;
  std::uint32_t weight = 0;
  std::uint32_t edge_weight = 0;
};

/// Filters every column; beyond the first and last row their samples are repeated.
/// @param samples  of a row
/// @param out      another image of the same size and stride
void box_blur(const std::uint8_t* in, std::ptrdiff_t stride, std::int64_t rows,
              std::int64_t samples, const ExtendedBox& box, std::uint8_t* out);

/// @param out  `columns` rows of `rows` samples
void transpose(const std::uint8_t* in, std::int64_t rows, std::int64_t columns, std::uint8_t* out);

/// out[x] = sum over t of weights[t] * rows[t][x], in float, in the order of t.
void weigh_rows(const std::uint8_t* const* rows, const float* weights, std::int64_t taps,
                std::int64_t samples, float* out);

/// out[x] = sum over t of weights[t] * in[x + t * step], in float, in the order of t, rounded half
/// to even and clamped to [0, 255].
void weigh_samples(const float* in, std::int64_t step, const float* weights, std::int64_t taps,
                   std::int64_t samples, std::uint8_t* out);

}  // namespace temper::augment::kernels
