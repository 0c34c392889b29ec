#include "temper/augment/pixels/dot_products.h"

#include <algorithm>
#include <atomic>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace temper::augment::kernels {
namespace {

std::atomic<bool> used{true};

/// Splits up to four weights into signed base-256 digits in [-128, 128), the least significant
/// first; every digit holds a byte per weight.
/// @return false if a weight needs more than three digits
bool split(const std::int32_t* weights, std::int64_t count, std::array<std::uint32_t, 3>& digits) {
  digits = {};
  bool fits = true;
  for (std::int64_t k = 0; k < std::min<std::int64_t>(count, 4); ++k) {
    std::int32_t rest = weights[k];
    for (auto& digit : digits) {
      const auto lowest = static_cast<std::int8_t>(rest);
      digit |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(lowest)) << 8 * k;
      rest = (rest - lowest) >> 8;
    }
    fits &= rest == 0;
  }
  return fits;
}

}  // namespace

void use_dot_products(bool yes) {
  used = yes;
}

#if defined(__x86_64__)

bool has_dot_products() {
  static const bool found =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512vnni");
  return found && used;
}

// NOLINTBEGIN(portability-simd-intrinsics): other processors run kernels.h
#define TEMPER_DOTS __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")))

namespace {

constexpr int kPixels = 5;  ///< whose samples fit into a vector
constexpr int kReach = 17;  ///< maximum distance between the first taps of the first and last

/// Sums of products by digit; those of the lowest start with a half, for rounding.
struct Sums {
  __m512i low;
  __m512i middle;
  __m512i high;
};

TEMPER_DOTS inline Sums nothing() {
  return {_mm512_set1_epi32(1 << (kBits - 1)), _mm512_setzero_si512(), _mm512_setzero_si512()};
}

TEMPER_DOTS inline void add(Sums& sums, __m512i samples, __m512i low, __m512i middle,
                            __m512i high) {
  sums.low = _mm512_dpbusd_epi32(sums.low, samples, low);
  sums.middle = _mm512_dpbusd_epi32(sums.middle, samples, middle);
  sums.high = _mm512_dpbusd_epi32(sums.high, samples, high);
}

TEMPER_DOTS inline __m512i shifted(const Sums& sums) {
  const __m512i upper = _mm512_add_epi32(_mm512_slli_epi32(sums.high, 8), sums.middle);
  return _mm512_srai_epi32(_mm512_add_epi32(_mm512_slli_epi32(upper, 8), sums.low), kBits);
}

TEMPER_DOTS inline __m512i loaded(const std::array<std::uint32_t, 16>& words) {
  return _mm512_load_si512(words.data());
}

TEMPER_DOTS inline __m512i every(std::uint32_t word) {
  return _mm512_set1_epi32(static_cast<int>(word));
}

}  // namespace

bool RowDots::pack(const Taps& taps, std::int64_t samples) {
  if (!has_dot_products()) return false;
  const auto width = std::ssize(taps.first);
  quads_ = (*std::ranges::max_element(taps.count) + 3) / 4;
  const std::int64_t fives = (width + kPixels - 1) / kPixels;
  first_.resize(static_cast<std::size_t>(fives));
  lanes_.assign(static_cast<std::size_t>(fives * (1 + 3 * quads_)), Lanes{});
  within_.resize(static_cast<std::size_t>(fives * quads_));
  auto* lanes = lanes_.data();
  auto* within = within_.data();
  for (std::int64_t five = 0; five < fives; ++five, lanes += 1 + 3 * quads_) {
    const std::int64_t begin = five * kPixels;
    const std::int64_t end = std::min(begin + kPixels, width);
    const auto first = std::min(taps.first[static_cast<std::size_t>(begin)],
                                taps.first[static_cast<std::size_t>(end - 1)]);
    first_[static_cast<std::size_t>(five)] = first;
    for (std::int64_t q = 0; q < quads_; ++q) {
      const auto bytes = std::clamp<std::int64_t>(3 * (samples - first - 4 * q), 0, 64);
      *within++ = bytes == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bytes) - 1;
    }
    for (std::int64_t x = begin; x < end; ++x) {
      const auto pixel = static_cast<std::size_t>(x);
      const auto away = taps.first[pixel] - first;
      if (away > kReach) return false;
      const auto lane = static_cast<std::size_t>(3 * (x - begin));
      for (std::size_t c = 0; c < 3; ++c)  // every third byte
        lanes->words[lane + c] = 0x09060300U + 0x01010101U * (3 * static_cast<std::uint32_t>(away) +
                                                              static_cast<std::uint32_t>(c));
      for (std::int64_t q = 0; q < quads_; ++q) {
        std::array<std::uint32_t, 3> digits{};
        if (!split(taps.values + x * taps.stride + 4 * q, taps.count[pixel] - 4 * q, digits))
          return false;
        for (std::size_t d = 0; d < 3; ++d)
          std::fill_n(lanes[1 + 3 * static_cast<std::size_t>(q) + d].words.begin() +
                          static_cast<std::ptrdiff_t>(lane),
                      3, digits[d]);
      }
    }
  }
  return true;
}

template <int fixed_quads>
TEMPER_DOTS void RowDots::resize_some(const std::uint8_t* in, std::ptrdiff_t in_stride,
                                      std::int64_t rows, std::uint8_t* out,
                                      std::ptrdiff_t out_stride) const {
  const std::int64_t quads = fixed_quads > 0 ? fixed_quads : quads_;
  for (std::int64_t y = 0; y < rows; ++y, in += in_stride, out += out_stride) {
    const auto* lanes = lanes_.data();
    const auto* within = within_.data();
    std::uint8_t* to = out;
    for (const auto first : first_) {
      const std::uint8_t* const from = in + 3 * std::ptrdiff_t{first};
      const __m512i order = loaded(lanes->words);
      Sums sums = nothing();
      for (std::int64_t q = 0; q < quads; ++q) {
        const __m512i samples =
            _mm512_permutexvar_epi8(order, _mm512_maskz_loadu_epi8(within[q], from + 12 * q));
        const Lanes* digits = lanes + 1 + 3 * q;
        add(sums, samples, loaded(digits[0].words), loaded(digits[1].words),
            loaded(digits[2].words));
      }
      const __m512i result = _mm512_max_epi32(shifted(sums), _mm512_setzero_si512());
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtusepi32_epi8(result));
      to += std::ptrdiff_t{3} * kPixels;
      lanes += 1 + 3 * quads;
      within += quads;
    }
  }
}

void RowDots::resize(const std::uint8_t* in, std::ptrdiff_t in_stride, std::int64_t rows,
                     std::uint8_t* out, std::ptrdiff_t out_stride) const {
  switch (quads_) {
    case 1:
      return resize_some<1>(in, in_stride, rows, out, out_stride);
    case 2:
      return resize_some<2>(in, in_stride, rows, out, out_stride);
    default:
      return resize_some<0>(in, in_stride, rows, out, out_stride);
  }
}

bool ColumnDots::pack(const Taps& taps) {
  if (!has_dot_products()) return false;
  digits_.clear();
  begin_.clear();
  count_.assign(taps.count.begin(), taps.count.end());
  for (std::size_t y = 0; y < taps.count.size(); ++y) {
    begin_.push_back(std::ssize(digits_));
    const auto* values = taps.values + static_cast<std::int64_t>(y) * taps.stride;
    for (std::int32_t k = 0; k < taps.count[y]; k += 4)
      if (!split(values + k, taps.count[y] - k, digits_.emplace_back())) return false;
  }
  return true;
}

TEMPER_DOTS void ColumnDots::resize(std::int64_t y, const std::uint8_t* in, std::ptrdiff_t stride,
                                    std::int64_t count, std::uint8_t* out) const {
  const std::int64_t last = count_[static_cast<std::size_t>(y)] - 1;
  const Digits* const digits = digits_.data() + begin_[static_cast<std::size_t>(y)];
  for (std::int64_t x = 0; x < count; x += 64) {
    const __mmask64 inside = count - x >= 64 ? ~__mmask64{0} : (__mmask64{1} << (count - x)) - 1;
    const std::uint8_t* const from = in + x;
    Sums first = nothing(), second = nothing(), third = nothing(), fourth = nothing();
    for (std::int64_t k = 0; k <= last; k += 4) {
      const __m512i a = _mm512_maskz_loadu_epi8(inside, from + k * stride);
      // Beyond the last row, where weights are 0, it is read again.
      const __m512i b = _mm512_maskz_loadu_epi8(inside, from + std::min(k + 1, last) * stride);
      const __m512i c = _mm512_maskz_loadu_epi8(inside, from + std::min(k + 2, last) * stride);
      const __m512i d = _mm512_maskz_loadu_epi8(inside, from + std::min(k + 3, last) * stride);
      const __m512i upper = _mm512_unpacklo_epi8(a, b), lower = _mm512_unpacklo_epi8(c, d);
      const __m512i upper_right = _mm512_unpackhi_epi8(a, b),
                    lower_right = _mm512_unpackhi_epi8(c, d);
      const auto& [low, middle, high] = digits[k / 4];
      const __m512i l = every(low), m = every(middle), h = every(high);
      add(first, _mm512_unpacklo_epi16(upper, lower), l, m, h);
      add(second, _mm512_unpackhi_epi16(upper, lower), l, m, h);
      add(third, _mm512_unpacklo_epi16(upper_right, lower_right), l, m, h);
      add(fourth, _mm512_unpackhi_epi16(upper_right, lower_right), l, m, h);
    }
    const __m512i left = _mm512_packs_epi32(shifted(first), shifted(second));
    const __m512i right = _mm512_packs_epi32(shifted(third), shifted(fourth));
    _mm512_mask_storeu_epi8(out + x, inside, _mm512_packus_epi16(left, right));
  }
}
// NOLINTEND(portability-simd-intrinsics)

#else

bool has_dot_products() {
  return false;
}

bool RowDots::pack(const Taps& /*taps*/, std::int64_t /*samples*/) {
  return false;
}

void RowDots::resize(const std::uint8_t* /*in*/, std::ptrdiff_t /*in_stride*/,
                     std::int64_t /*rows*/, std::uint8_t* /*out*/,
                     std::ptrdiff_t /*out_stride*/) const {}

bool ColumnDots::pack(const Taps& /*taps*/) {
  return false;
}

void ColumnDots::resize(std::int64_t /*y*/, const std::uint8_t* /*in*/, std::ptrdiff_t /*stride*/,
                        std::int64_t /*count*/, std::uint8_t* /*out*/) const {}

#endif

}  // namespace temper::augment::kernels
