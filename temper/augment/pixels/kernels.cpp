#include "temper/augment/pixels/kernels.h"

#include <algorithm>
#include <array>

// This file is compiled once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "temper/augment/pixels/kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace temper::augment::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

/// One sample, without vector instructions.
std::uint8_t weighted(const std::uint8_t* in, std::ptrdiff_t stride, const WeightPair* weights,
                      std::int64_t taps) {
  std::uint32_t sum = std::uint32_t{1} << (kBits - 1);  // wraps modulo 2^32
  for (std::int64_t t = 0; t < taps; ++t) {
    const auto& pair = weights[t / 2];
    const std::uint32_t weight = (static_cast<std::uint32_t>(pair.high[t % 2]) << kLowBits) +
                                 static_cast<std::uint32_t>(pair.low[t % 2]);
    sum += weight * in[t * stride];
  }
  return static_cast<std::uint8_t>(std::clamp(static_cast<std::int32_t>(sum) >> kBits, 0, 255));
}

#if HWY_TARGET == HWY_SCALAR  // no vector instructions

void ResizeRows(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
                const TapPairs& taps, std::uint8_t* out, std::ptrdiff_t out_stride) {
  for (std::int64_t y = 0; y < rows; ++y, in += in_stride, out += out_stride)
    for (std::int64_t x = 0; x < taps.width; ++x)
      for (std::int64_t c = 0; c < 3; ++c)
        out[3 * x + c] = weighted(in + 3 * std::int64_t{taps.first[x]} + c, 3,
                                  taps.weights + x * taps.pairs, 2 * taps.pairs);
}

void ResizeColumn(const std::uint8_t* in, std::ptrdiff_t stride, const WeightPair* weights,
                  std::int64_t pairs, bool odd, std::int64_t count, std::uint8_t* out) {
  for (std::int64_t x = 0; x < count; ++x)
    out[x] = weighted(in + x, stride, weights, 2 * pairs - (odd ? 1 : 0));
}

void Mirror(const std::uint8_t* in, std::int64_t pixels, std::uint8_t* out) {
  for (std::int64_t x = pixels; x > 0; --x) out = std::copy_n(in + 3 * (x - 1), 3, out);
}

#else

constexpr std::int32_t kHalf = std::int32_t{1} << (kBits - 1);

/// Number of 16-byte blocks in a vector: rows that resize_rows computes side by side.
#if HWY_MAX_BYTES >= 64
constexpr std::size_t kBlocks = 4;
#elif HWY_MAX_BYTES >= 32
constexpr std::size_t kBlocks = 2;
#else
constexpr std::size_t kBlocks = 1;
#endif
using Bytes = hn::FixedTag<std::uint8_t, 16 * kBlocks>;
using Words = hn::Repartition<std::int32_t, Bytes>;
using Halves = hn::Repartition<std::int16_t, Bytes>;
using Byte = hn::Vec<Bytes>;
using Word = hn::Vec<Words>;
using Half = hn::Vec<Halves>;

/// The same 16 bytes in every block.
HWY_INLINE Byte in_every_block(const std::array<std::uint8_t, 16>& block) {
  alignas(64) std::array<std::uint8_t, 16 * kBlocks> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = block[i % 16];
  return hn::Load(Bytes(), all.data());
}

/// Sums of high and of low products.
struct Sums {
  Word high;
  Word low;
};

HWY_INLINE Word add_products(Half samples, Half weights, Word sum) {
  const Words words;
  Word other = hn::Zero(words);
  const Word one = hn::ReorderWidenMulAccumulate(words, samples, weights, sum, other);
  return hn::RearrangeToOddPlusEven(one, other);
}

HWY_INLINE void add(Half samples, const WeightPair& pair, Sums& sums) {
  std::int32_t low = 0;
  std::int32_t high = 0;
  hwy::CopyBytes<4>(pair.low, &low);
  hwy::CopyBytes<4>(pair.high, &high);
  const Words words;
  const Halves halves;
  sums.low = add_products(samples, hn::BitCast(halves, hn::Set(words, low)), sums.low);
  sums.high = add_products(samples, hn::BitCast(halves, hn::Set(words, high)), sums.high);
}

HWY_INLINE Sums nothing() {
  return {hn::Zero(Words()), hn::Set(Words(), kHalf)};
}

/// Clamped to [0, 255].
HWY_INLINE Word samples_of(const Sums& sums) {
  const Word sum = hn::ShiftRight<kBits>(hn::Add(hn::ShiftLeft<kLowBits>(sums.high), sums.low));
  return hn::Min(hn::Max(sum, hn::Zero(Words())), hn::Set(Words(), 255));
}

/// Packs the four samples of a lane into its four bytes.
HWY_INLINE Byte gathered(const std::array<Sums, 4>& sums) {
  const Word low = hn::Or(samples_of(sums[0]), hn::ShiftLeft<8>(samples_of(sums[1])));
  const Word high =
      hn::Or(hn::ShiftLeft<16>(samples_of(sums[2])), hn::ShiftLeft<24>(samples_of(sums[3])));
  return hn::BitCast(Bytes(), hn::Or(low, high));
}

using Block = hn::FixedTag<std::uint8_t, 16>;

#if HWY_MAX_BYTES >= 32
using TwoBlocks = hn::FixedTag<std::uint8_t, 32>;

HWY_INLINE hn::Vec<TwoBlocks> load_two(const std::uint8_t* first, const std::uint8_t* second) {
  return hn::Combine(TwoBlocks(), hn::LoadU(Block(), second), hn::LoadU(Block(), first));
}

HWY_INLINE void store_two(hn::Vec<TwoBlocks> bytes, std::uint8_t* first, std::uint8_t* second) {
  hn::StoreU(hn::LowerHalf(Block(), bytes), Block(), first);
  hn::StoreU(hn::UpperHalf(Block(), bytes), Block(), second);
}
#endif

/// 16 bytes from each row, one block per row.
HWY_INLINE Byte load_blocks(const std::uint8_t* in, std::ptrdiff_t stride) {
#if HWY_MAX_BYTES >= 64
  return hn::Combine(Bytes(), load_two(in + 2 * stride, in + 3 * stride),
                     load_two(in, in + stride));
#elif HWY_MAX_BYTES >= 32
  return load_two(in, in + stride);
#else
  static_cast<void>(stride);
  return hn::LoadU(Block(), in);
#endif
}

HWY_INLINE void store_blocks(Byte bytes, std::uint8_t* out, std::ptrdiff_t stride) {
#if HWY_MAX_BYTES >= 64
  store_two(hn::LowerHalf(TwoBlocks(), bytes), out, out + stride);
  store_two(hn::UpperHalf(TwoBlocks(), bytes), out + 2 * stride, out + 3 * stride);
#elif HWY_MAX_BYTES >= 32
  store_two(bytes, out, out + stride);
#else
  static_cast<void>(stride);
  hn::StoreU(bytes, Block(), out);
#endif
}

/// @param fixed_pairs  number of pairs; 0: taps.pairs
template <int fixed_pairs>
HWY_INLINE void rows_of(const std::uint8_t* in, std::ptrdiff_t in_stride, const TapPairs& taps,
                        std::uint8_t* out, std::ptrdiff_t out_stride) {
  constexpr std::uint8_t none = 0x80;
  // Two neighboring pixels as red, red, green, green, blue, blue with 16 bits each; and the two
  // pixels after these.
  const Byte spread = in_every_block(
      {0, none, 3, none, 1, none, 4, none, 2, none, 5, none, none, none, none, none});
  const Byte spread_next = in_every_block(
      {6, none, 9, none, 7, none, 10, none, 8, none, 11, none, none, none, none, none});
  // Interleaves four pixels whose reds, greens and blues are in one lane each.
  const Byte pixels =
      in_every_block({0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, none, none, none, none});
  const std::int64_t pairs = fixed_pairs > 0 ? fixed_pairs : taps.pairs;
  const WeightPair* weights = taps.weights;
  for (std::int64_t x = 0; x < taps.width; x += 4, out += 12) {
    std::array<Sums, 4> sums{nothing(), nothing(), nothing(), nothing()};
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint8_t* from =
          in + 3 * std::ptrdiff_t{taps.first[x + static_cast<std::int64_t>(k)]};
      for (std::int64_t p = 0; p < pairs; p += 2, from += 12) {
        const Byte samples = load_blocks(from, in_stride);
        add(hn::BitCast(Halves(), hn::TableLookupBytesOr0(samples, spread)), *weights++, sums[k]);
        if (p + 1 < pairs)
          add(hn::BitCast(Halves(), hn::TableLookupBytesOr0(samples, spread_next)), *weights++,
              sums[k]);
      }
    }
    store_blocks(hn::TableLookupBytesOr0(gathered(sums), pixels), out, out_stride);
  }
}

void ResizeRows(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
                const TapPairs& taps, std::uint8_t* out, std::ptrdiff_t out_stride) {
  constexpr auto at_once = static_cast<std::int64_t>(kBlocks);
  std::int64_t y = 0;
  const auto some = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    const auto* const source = in + y * in_stride;
    auto* const target = out + y * out_stride;
    switch (taps.pairs) {
      case 1:
        rows_of<1>(source, from, taps, target, to);
        break;
      case 2:
        rows_of<2>(source, from, taps, target, to);
        break;
      case 3:
        rows_of<3>(source, from, taps, target, to);
        break;
      default:
        rows_of<0>(source, from, taps, target, to);
    }
  };
  for (; y + at_once <= rows; y += at_once) some(in_stride, out_stride);
  // The remaining rows, each in all blocks.
  for (; y < rows; ++y) some(0, 0);
}

HWY_INLINE void add_rows(Byte a, Byte b, const WeightPair& pair, std::array<Sums, 4>& sums) {
  const Bytes bytes;
  const Halves halves;
  const Byte zero = hn::Zero(bytes);
  const Byte lower = hn::InterleaveLower(bytes, a, b);
  const Byte upper = hn::InterleaveUpper(bytes, a, b);
  add(hn::BitCast(halves, hn::InterleaveLower(bytes, lower, zero)), pair, sums[0]);
  add(hn::BitCast(halves, hn::InterleaveUpper(bytes, lower, zero)), pair, sums[1]);
  add(hn::BitCast(halves, hn::InterleaveLower(bytes, upper, zero)), pair, sums[2]);
  add(hn::BitCast(halves, hn::InterleaveUpper(bytes, upper, zero)), pair, sums[3]);
}

void ResizeColumn(const std::uint8_t* in, std::ptrdiff_t stride, const WeightPair* weights,
                  std::int64_t pairs, bool odd, std::int64_t count, std::uint8_t* out) {
  constexpr auto lanes = static_cast<std::int64_t>(16 * kBlocks);
  if (count < lanes) {
    for (std::int64_t x = 0; x < count; ++x)
      out[x] = weighted(in + x, stride, weights, 2 * pairs - (odd ? 1 : 0));
    return;
  }
  const Bytes bytes;
  const Byte transposed = in_every_block({0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15});
  for (std::int64_t begin = 0; begin < count; begin += lanes) {
    const std::int64_t x = std::min(begin, count - lanes);  // the last ones may be computed twice
    std::array<Sums, 4> sums{nothing(), nothing(), nothing(), nothing()};
    const std::uint8_t* from = in + x;
    for (std::int64_t p = 0; p < pairs; ++p, from += 2 * stride) {
      const bool alone = odd && p == pairs - 1;
      add_rows(hn::LoadU(bytes, from), hn::LoadU(bytes, alone ? from : from + stride), weights[p],
               sums);
    }
    hn::StoreU(hn::TableLookupBytes(gathered(sums), transposed), bytes, out + x);
  }
}

void Mirror(const std::uint8_t* in, std::int64_t pixels, std::uint8_t* out) {
  const Block block;
  constexpr std::uint8_t none = 0x80;
  alignas(16) constexpr std::array<std::uint8_t, 16> order{13, 14, 15, 10, 11, 12, 7, 8,
                                                           9,  4,  5,  6,  1,  2,  3, none};
  const auto reversed = hn::Load(block, order.data());
  std::int64_t left = pixels;
  // Five pixels at a time, while there is another one before them in the input.
  for (; left >= 6; left -= 5, out += 15) {
    const auto five = hn::LoadU(block, in + 3 * (left - 5) - 1);
    hn::StoreU(hn::TableLookupBytesOr0(five, reversed), block, out);
  }
  for (; left > 0; --left)
    for (int c = 0; c < 3; ++c) *out++ = in[3 * (left - 1) + c];
}

#endif  // HWY_TARGET

void NormaliseFused(const std::uint8_t* in, std::int64_t pixels, int channels,
                    const NormalisationTable::Constants& constants, float* out, bool streamed) {
  const hn::CappedTag<float, 16> floats;
  const hn::Rebind<std::int32_t, decltype(floats)> words;
  const hn::Rebind<std::uint8_t, decltype(floats)> bytes;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(floats));
  const std::int64_t period = channels * lanes;  // as many pixels as a vector has lanes
  const auto whole = hn::Set(floats, 255.0F);
  const auto part = hn::Set(floats, 1 / 255.0F);
  const auto one = [&](auto samples, std::int64_t phase) HWY_ATTR {
    const auto v = hn::ConvertTo(floats, hn::PromoteTo(words, samples));
    auto scaled = hn::Mul(v, part);
    scaled = hn::MulAdd(hn::NegMulAdd(scaled, whole, v), part, scaled);
    const auto r = hn::LoadU(floats, constants.reciprocal.data() + phase);
    const auto centred = hn::Sub(scaled, hn::LoadU(floats, constants.mean.data() + phase));
    const auto divided = hn::Mul(centred, r);
    const auto rest =
        hn::NegMulAdd(divided, hn::LoadU(floats, constants.std.data() + phase), centred);
    return hn::MulAdd(rest, r, divided);
  };
  const std::int64_t count = pixels * channels;
  std::int64_t i = 0;
  const auto periods = [&](const auto& store) HWY_ATTR {
    for (; i + period <= count; i += period)
      for (std::int64_t phase = 0; phase < period; phase += lanes)
        store(one(hn::LoadU(bytes, in + i + phase), phase), out + i + phase);
  };
  if (streamed && reinterpret_cast<std::uintptr_t>(out) % 64 == 0)
    periods([&](auto values, float* to) HWY_ATTR { hn::Stream(values, floats, to); });
  else
    periods([&](auto values, float* to) HWY_ATTR { hn::StoreU(values, floats, to); });
  if (i == count) return;
  // The rest, padded to a whole period.
  alignas(64) std::array<std::uint8_t, 48> last{};
  alignas(64) std::array<float, 48> made{};
  std::copy(in + i, in + count, last.begin());
  for (std::int64_t phase = 0; phase < period; phase += lanes)
    hn::Store(one(hn::Load(bytes, last.data() + phase), phase), floats, made.data() + phase);
  std::copy_n(made.begin(), count - i, out + i);
}

}  // namespace
}  // namespace temper::augment::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace temper::augment::kernels {

HWY_EXPORT(ResizeRows);
HWY_EXPORT(ResizeColumn);
HWY_EXPORT(Mirror);
HWY_EXPORT(NormaliseFused);

WeightPair pair_of(std::int32_t first, std::int32_t second) {
  const auto low = [](std::int32_t w) { return static_cast<std::int16_t>(w & 0x7FFF); };
  const auto high = [](std::int32_t w) { return static_cast<std::int16_t>(w >> 15); };
  return {{low(first), low(second)}, {high(first), high(second)}};
}

void resize_rows(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
                 const TapPairs& taps, std::uint8_t* out, std::ptrdiff_t out_stride) {
  HWY_DYNAMIC_DISPATCH(ResizeRows)(in, in_stride, rows, taps, out, out_stride);
}

void resize_column(const std::uint8_t* in, std::ptrdiff_t stride, const WeightPair* weights,
                   std::int64_t pairs, bool odd, std::int64_t count, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(ResizeColumn)(in, stride, weights, pairs, odd, count, out);
}

void mirror(const std::uint8_t* in, std::int64_t pixels, int channels, std::uint8_t* out) {
  if (channels == 3)
    HWY_DYNAMIC_DISPATCH(Mirror)(in, pixels, out);
  else
    std::reverse_copy(in, in + pixels, out);
}

void normalise_fused(const std::uint8_t* in, std::int64_t pixels, int channels,
                     const NormalisationTable::Constants& constants, float* out, bool streamed) {
  HWY_DYNAMIC_DISPATCH(NormaliseFused)(in, pixels, channels, constants, out, streamed);
}

void normalise(const std::uint8_t* in, std::int64_t pixels, const NormalisationTable& table,
               float* out, bool streamed) {
  if (table.is_fused()) {
    normalise_fused(in, pixels, table.channels(), table.constants(), out, streamed);
    return;
  }
  const int channels = table.channels();
  for (std::int64_t x = 0; x < pixels; ++x)
    for (int c = 0; c < channels; ++c) *out++ = table.channel(c)[*in++];
}

}  // namespace temper::augment::kernels
#endif
