#include "temper/augment/pixels/blur_kernels.h"

#include <algorithm>
#include <array>

// This file is compiled once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "temper/augment/pixels/blur_kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace temper::augment::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

/// Calls `some(tag, x)` for vectors that cover samples [0, count): full ones, of which the last two
/// may overlap, or single samples where there are fewer than a full vector has.
template <class T, class Some>
HWY_INLINE void in_vectors(std::int64_t count, const Some& some) {
  const hn::ScalableTag<T> full;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(full));
  if (count < lanes) {
    for (std::int64_t x = 0; x < count; ++x) some(hn::CappedTag<T, 1>(), x);
    return;
  }
  for (std::int64_t x = 0; x < count; x += lanes) some(full, std::min(x, count - lanes));
}

/// As many 8-bit samples as there are lanes, with 32 bits each.
template <class Words>
HWY_INLINE hn::Vec<Words> samples_at(Words words, const std::uint8_t* from) {
  return hn::PromoteTo(words, hn::LoadU(hn::Rebind<std::uint8_t, Words>(), from));
}

void BoxBlur(const std::uint8_t* in, std::ptrdiff_t stride, std::int64_t rows, std::int64_t samples,
             const ExtendedBox& box, std::uint8_t* out) {
  const auto row = [&](std::int64_t y)
                       HWY_ATTR { return in + std::clamp<std::int64_t>(y, 0, rows - 1) * stride; };
  in_vectors<std::uint32_t>(samples, [&](auto words, std::int64_t x) HWY_ATTR {
    const hn::Rebind<std::int32_t, decltype(words)> numbers;
    const hn::Rebind<std::uint8_t, decltype(words)> bytes;
    const auto weight = hn::Set(words, box.weight);
    const auto edge_weight = hn::Set(words, box.edge_weight);
    const auto half = hn::Set(words, std::uint32_t{1} << 23U);
    // The sum for the row before the first one.
    auto sum = hn::Mul(samples_at(words, in + x),
                       hn::Set(words, static_cast<std::uint32_t>(box.radius + 1)));
    for (std::int64_t y = 0; y < box.radius; ++y) sum = hn::Add(sum, samples_at(words, row(y) + x));
    auto next = samples_at(words, row(box.radius) + x);
    for (std::int64_t y = 0; y < rows; ++y) {
      const auto before = samples_at(words, row(y - box.radius - 1) + x);
      sum = hn::Sub(hn::Add(sum, next), before);
      next = samples_at(words, row(y + box.radius + 1) + x);
      const auto blurred =
          hn::Add(hn::Add(hn::Mul(sum, weight), half), hn::Mul(hn::Add(before, next), edge_weight));
      hn::StoreU(hn::DemoteTo(bytes, hn::BitCast(numbers, hn::ShiftRight<24>(blurred))), bytes,
                 out + y * stride + x);
    }
  });
}

/// Transposes the rows [top, bottom) from column `left` on.
void transpose_part(const std::uint8_t* in, std::int64_t rows, std::int64_t columns,
                    std::int64_t top, std::int64_t bottom, std::int64_t left, std::uint8_t* out) {
  for (std::int64_t y = top; y < bottom; ++y)
    for (std::int64_t x = left; x < columns; ++x) out[x * rows + y] = in[y * columns + x];
}

#if HWY_TARGET == HWY_SCALAR  // no vector instructions

void Transpose(const std::uint8_t* in, std::int64_t rows, std::int64_t columns, std::uint8_t* out) {
  transpose_part(in, rows, columns, 0, rows, 0, out);
}

#else

constexpr std::int64_t kTile = 16;

/// Interleaving the first half of the rows with the second half rotates the bits of every sample's
/// place (row, column) by one; four times exchanges row and column.
HWY_INLINE void transpose_tile(const std::uint8_t* in, std::int64_t in_stride, std::uint8_t* out,
                               std::int64_t out_stride) {
  const hn::FixedTag<std::uint8_t, kTile> tile;
  std::array<hn::Vec<decltype(tile)>, kTile> now;
  for (std::size_t y = 0; y < kTile; ++y)
    now[y] = hn::LoadU(tile, in + static_cast<std::int64_t>(y) * in_stride);
  for (int round = 0; round < 4; ++round) {
    const auto before = now;
    for (std::size_t y = 0; y < kTile / 2; ++y) {
      now[2 * y] = hn::InterleaveLower(tile, before[y], before[y + kTile / 2]);
      now[2 * y + 1] = hn::InterleaveUpper(tile, before[y], before[y + kTile / 2]);
    }
  }
  for (std::size_t y = 0; y < kTile; ++y)
    hn::StoreU(now[y], tile, out + static_cast<std::int64_t>(y) * out_stride);
}

void Transpose(const std::uint8_t* in, std::int64_t rows, std::int64_t columns, std::uint8_t* out) {
  const std::int64_t below = rows / kTile * kTile;
  const std::int64_t right = columns / kTile * kTile;
  for (std::int64_t y = 0; y < below; y += kTile)
    for (std::int64_t x = 0; x < right; x += kTile)
      transpose_tile(in + y * columns + x, columns, out + x * rows + y, rows);
  transpose_part(in, rows, columns, 0, below, right, out);
  transpose_part(in, rows, columns, below, rows, 0, out);
}

#endif  // HWY_TARGET

void WeighRows(const std::uint8_t* const* rows, const float* weights, std::int64_t taps,
               std::int64_t samples, float* out) {
  in_vectors<float>(samples, [&](auto floats, std::int64_t x) HWY_ATTR {
    const hn::Rebind<std::int32_t, decltype(floats)> words;
    auto sum = hn::Zero(floats);
    for (std::int64_t t = 0; t < taps; ++t)
      sum = hn::Add(sum, hn::Mul(hn::Set(floats, weights[t]),
                                 hn::ConvertTo(floats, samples_at(words, rows[t] + x))));
    hn::StoreU(sum, floats, out + x);
  });
}

void WeighSamples(const float* in, std::int64_t step, const float* weights, std::int64_t taps,
                  std::int64_t samples, std::uint8_t* out) {
  in_vectors<float>(samples, [&](auto floats, std::int64_t x) HWY_ATTR {
    const hn::Rebind<std::uint8_t, decltype(floats)> bytes;
    auto sum = hn::Zero(floats);
    for (std::int64_t t = 0; t < taps; ++t)
      sum =
          hn::Add(sum, hn::Mul(hn::Set(floats, weights[t]), hn::LoadU(floats, in + x + t * step)));
    hn::StoreU(hn::DemoteTo(bytes, hn::NearestInt(sum)), bytes, out + x);
  });
}

}  // namespace
}  // namespace temper::augment::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace temper::augment::kernels {

HWY_EXPORT(BoxBlur);
HWY_EXPORT(Transpose);
HWY_EXPORT(WeighRows);
HWY_EXPORT(WeighSamples);

void box_blur(const std::uint8_t* in, std::ptrdiff_t stride, std::int64_t rows,
              std::int64_t samples, const ExtendedBox& box, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(BoxBlur)(in, stride, rows, samples, box, out);
}

void transpose(const std::uint8_t* in, std::int64_t rows, std::int64_t columns, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(Transpose)(in, rows, columns, out);
}

void weigh_rows(const std::uint8_t* const* rows, const float* weights, std::int64_t taps,
                std::int64_t samples, float* out) {
  HWY_DYNAMIC_DISPATCH(WeighRows)(rows, weights, taps, samples, out);
}

void weigh_samples(const float* in, std::int64_t step, const float* weights, std::int64_t taps,
                   std::int64_t samples, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(WeighSamples)(in, step, weights, taps, samples, out);
}

}  // namespace temper::augment::kernels
#endif
