#include "temper/augment/pixels/byte_table.h"

#include "temper/augment/pixels/dot_products.h"

// This file is compiled once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "temper/augment/pixels/byte_table.cpp"
#include <hwy/foreach_target.h>
// after foreach_target.h
#include <hwy/highway.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

HWY_BEFORE_NAMESPACE();
namespace temper::augment::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

#if HWY_TARGET != HWY_SCALAR
using Bytes = hn::CappedTag<std::uint8_t, 64>;
using Byte = hn::Vec<Bytes>;

/// The low four bits select an entry in each of the table's 16 blocks, the high ones the block.
HWY_INLINE Byte looked_up(Byte samples, const ByteTable& table) {
  const Bytes bytes;
  const Byte entry = hn::And(samples, hn::Set(bytes, 0x0F));
  const auto bit_4 = hn::TestBit(samples, hn::Set(bytes, 0x10));
  const auto bit_5 = hn::TestBit(samples, hn::Set(bytes, 0x20));
  const auto bit_6 = hn::TestBit(samples, hn::Set(bytes, 0x40));
  const auto bit_7 = hn::TestBit(samples, hn::Set(bytes, 0x80));
  const auto of = [&](std::size_t block) HWY_ATTR {
    return hn::TableLookupBytes(hn::LoadDup128(bytes, table.data() + 16 * block), entry);
  };
  const auto of_2 = [&](std::size_t block)
                        HWY_ATTR { return hn::IfThenElse(bit_4, of(block + 1), of(block)); };
  const auto of_4 = [&](std::size_t block)
                        HWY_ATTR { return hn::IfThenElse(bit_5, of_2(block + 2), of_2(block)); };
  const auto of_8 = [&](std::size_t block)
                        HWY_ATTR { return hn::IfThenElse(bit_6, of_4(block + 4), of_4(block)); };
  return hn::IfThenElse(bit_7, of_8(8), of_8(0));
}
#endif

void LookUp(std::uint8_t* samples, std::int64_t count, const ByteTable& table) {
  std::int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const Bytes bytes;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(bytes));
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(looked_up(hn::LoadU(bytes, samples + i), table), bytes, samples + i);
#endif
  for (; i < count; ++i) samples[i] = table[samples[i]];
}

void LookUpColors(std::uint8_t* rgb, std::int64_t pixels, const std::array<ByteTable, 3>& tables) {
  const auto& [of_red, of_green, of_blue] = tables;
  std::int64_t x = 0;
#if HWY_TARGET != HWY_SCALAR
  const Bytes bytes;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(bytes));
  for (; x + lanes <= pixels; x += lanes) {
    Byte red = hn::Zero(bytes), green = red, blue = red;
    hn::LoadInterleaved3(bytes, rgb + 3 * x, red, green, blue);
    hn::StoreInterleaved3(looked_up(red, of_red), looked_up(green, of_green),
                          looked_up(blue, of_blue), bytes, rgb + 3 * x);
  }
#endif
  for (std::uint8_t* pixel = rgb + 3 * x; x < pixels; ++x) {
    *pixel = of_red[*pixel];
    ++pixel;
    *pixel = of_green[*pixel];
    ++pixel;
    *pixel = of_blue[*pixel];
    ++pixel;
  }
}

}  // namespace
}  // namespace temper::augment::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace temper::augment::kernels {

HWY_EXPORT(LookUp);
HWY_EXPORT(LookUpColors);

#if defined(__x86_64__)
namespace {

// Highway 1.0 has no lookup in tables of more than 16 bytes. Processors with dot products of bytes
// have one in tables of 128.
// NOLINTBEGIN(portability-simd-intrinsics)
#define TEMPER_LARGE_TABLES __attribute__((target("avx512f,avx512bw,avx512vbmi")))

struct Quarters {
  __m512i first, second, third, fourth;
};

TEMPER_LARGE_TABLES inline Quarters quarters(const ByteTable& table) {
  return {_mm512_loadu_si512(table.data()), _mm512_loadu_si512(table.data() + 64),
          _mm512_loadu_si512(table.data() + 128), _mm512_loadu_si512(table.data() + 192)};
}

TEMPER_LARGE_TABLES inline __m512i looked_up(__m512i samples, const Quarters& table) {
  const __m512i low = _mm512_permutex2var_epi8(table.first, samples, table.second);
  const __m512i high = _mm512_permutex2var_epi8(table.third, samples, table.fourth);
  return _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(samples), high);
}

/// The first bytes of a vector, at most all 64.
inline __mmask64 within(std::int64_t count) {
  return count >= 64 ? ~__mmask64{0} : (__mmask64{1} << count) - 1;
}

TEMPER_LARGE_TABLES void look_up_large(std::uint8_t* samples, std::int64_t count,
                                       const ByteTable& table) {
  const Quarters entries = quarters(table);
  for (std::int64_t i = 0; i < count; i += 64) {
    const __mmask64 inside = within(count - i);
    const __m512i found = looked_up(_mm512_maskz_loadu_epi8(inside, samples + i), entries);
    _mm512_mask_storeu_epi8(samples + i, inside, found);
  }
}

TEMPER_LARGE_TABLES void look_up_large(std::uint8_t* rgb, std::int64_t pixels,
                                       const std::array<ByteTable, 3>& tables) {
  const Quarters of_red = quarters(tables[0]);
  const Quarters of_green = quarters(tables[1]);
  const Quarters of_blue = quarters(tables[2]);
  constexpr __mmask64 every_third = 0x9249249249249249;
  const std::int64_t count = 3 * pixels;
  for (std::int64_t i = 0; i < count; i += 64) {
    const __mmask64 inside = within(count - i);
    const __m512i samples = _mm512_maskz_loadu_epi8(inside, rgb + i);
    const auto first_green = static_cast<unsigned>((4 - i % 3) % 3);
    const auto first_blue = static_cast<unsigned>((5 - i % 3) % 3);
    __m512i found = looked_up(samples, of_red);
    found = _mm512_mask_mov_epi8(found, every_third << first_green, looked_up(samples, of_green));
    found = _mm512_mask_mov_epi8(found, every_third << first_blue, looked_up(samples, of_blue));
    _mm512_mask_storeu_epi8(rgb + i, inside, found);
  }
}
// NOLINTEND(portability-simd-intrinsics)

}  // namespace
#endif

void look_up(std::uint8_t* samples, std::int64_t count, const ByteTable& table) {
#if defined(__x86_64__)
  if (has_dot_products()) return look_up_large(samples, count, table);
#endif
  HWY_DYNAMIC_DISPATCH(LookUp)(samples, count, table);
}

void look_up(std::uint8_t* rgb, std::int64_t pixels, const std::array<ByteTable, 3>& tables) {
#if defined(__x86_64__)
  if (has_dot_products()) return look_up_large(rgb, pixels, tables);
#endif
  HWY_DYNAMIC_DISPATCH(LookUpColors)(rgb, pixels, tables);
}

}  // namespace temper::augment::kernels
#endif
