#include "temper/regularize/bulk.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log.h>
#include <ATen/ops/sqrt.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "temper/core/parallel.h"
#include "temper/core/random.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace temper::regularize {
namespace {

constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kGroup = 4 * kLanes;  ///< words that are generated together
constexpr std::int64_t kGrain = 1 << 14;

using Words = std::array<std::uint32_t, kGroup>;
using Key = std::array<std::uint32_t, 2>;

/// Philox 4x32-10 as in core/random.h, 16 blocks side by side. Word w of block l is element
/// w * 16 + l of the group.
void portable_group(std::uint64_t group, std::uint32_t stream, Key key, Words& words) {
  for (std::size_t l = 0; l < kLanes; ++l) {
    const auto counter = group * kLanes + l;
    const auto block = philox(
        {static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), stream, 0},
        key);
    for (std::size_t w = 0; w < block.size(); ++w) words[w * kLanes + l] = block[w];
  }
}

#if defined(__x86_64__)

/// Four blocks. Each number is in the low half of a 64-bit lane; the high half is ignored.
__attribute__((target("avx2"))) void wide_quarter(std::uint64_t counter, std::uint32_t stream,
                                                  Key key, std::uint32_t* words) {
  const auto low = static_cast<std::uint32_t>(counter);  // a multiple of 4
  __m256i a = _mm256_add_epi64(_mm256_set1_epi64x(low), _mm256_set_epi64x(3, 2, 1, 0));
  __m256i b = _mm256_set1_epi64x(static_cast<std::uint32_t>(counter >> 32));
  __m256i c = _mm256_set1_epi64x(stream);
  __m256i d = _mm256_setzero_si256();
  for (int round = 0; round < 10; ++round) {
    const __m256i p = _mm256_mul_epu32(a, _mm256_set1_epi64x(0xD2511F53));
    const __m256i q = _mm256_mul_epu32(c, _mm256_set1_epi64x(0xCD9E8D57));
    a = _mm256_xor_si256(_mm256_srli_epi64(q, 32), b);
    c = _mm256_xor_si256(_mm256_srli_epi64(p, 32), d);
    a = _mm256_xor_si256(a, _mm256_set1_epi64x(key[0]));
    c = _mm256_xor_si256(c, _mm256_set1_epi64x(key[1]));
    b = q;
    d = p;
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  const __m256i low_halves = _mm256_set_epi32(0, 0, 0, 0, 6, 4, 2, 0);
  for (const __m256i& block : {a, b, c, d}) {
    const __m256i packed = _mm256_permutevar8x32_epi32(block, low_halves);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(words), _mm256_castsi256_si128(packed));
    words += kLanes;
  }
}

void philox_group(std::uint64_t group, std::uint32_t stream, Key key, Words& words) {
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (!wide) {
    portable_group(group, stream, key, words);
    return;
  }
  for (std::uint64_t l = 0; l < kLanes; l += 4)
    wide_quarter(group * kLanes + l, stream, key, words.data() + l);
}

#else

void philox_group(std::uint64_t group, std::uint32_t stream, Key key, Words& words) {
  portable_group(group, stream, key, words);
}

#endif

/// Floats in the shape and memory format of `like`, each converted from its word.
template <class Convert>
at::Tensor made(const Like& like, const Source& source, const Convert& convert) {
  const auto format =
      like.sizes.size() == 4 ? like.other.suggest_memory_format() : at::MemoryFormat::Contiguous;
  auto result = at::empty(like.sizes, at::kFloat, format);
  auto* out = result.mutable_data_ptr<float>();
  parallel_for(result.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    alignas(64) Words words{};
    alignas(64) std::array<float, kGroup> values{};
    for (auto i = begin; i < end;) {
      const auto word = source.first + i;
      const auto skipped = word % kGroup;
      philox_group(static_cast<std::uint64_t>(word / kGroup), source.stream, source.key, words);
      for (std::size_t k = 0; k < values.size(); ++k) values[k] = convert(words[k]);
      const auto count = std::min(end - i, kGroup - skipped);
      std::copy_n(values.data() + skipped, count, out + i);
      i += count;
    }
  });
  return result;
}

at::Tensor moved(const at::Tensor& made, const Like& like) {
  return made.to(like.other.device(), like.other.scalar_type());
}

/// Uniform in (0, 1).
at::Tensor units(const Like& like, const Source& source) {
  return made(like, source, [](std::uint32_t word) {
    return (static_cast<float>(static_cast<std::int32_t>(word >> 8)) + 0.5F) * 0x1p-24F;
  });
}

}  // namespace

at::Tensor draw_mask(const Like& like, const Source& source, double rate, double value) {
  const at::NoGradGuard guard;
  const auto below = static_cast<std::uint32_t>(std::min(rate * 0x1p32, 0x1p32 - 1));
  // For double, the mask is multiplied by the value in double precision.
  const bool fine = like.other.scalar_type() == at::kDouble;
  const auto kept = fine ? 1.0F : static_cast<float>(value);
  const auto mask = moved(
      made(like, source, [&](std::uint32_t word) { return word < below ? 0.0F : kept; }), like);
  return fine ? mask.mul(value) : mask;
}

at::Tensor draw_uniform(const Like& like, const Source& source, double low, double high) {
  const at::NoGradGuard guard;
  return moved(units(like, source).mul_(high - low).add_(low), like);
}

at::Tensor draw_normal(const Like& like, const Source& source, double mean, double deviation) {
  const at::NoGradGuard guard;
  // The cosine half of the Box-Muller transform.
  auto radius = units(like, source).log_().mul_(-2).sqrt_();
  auto second = source;
  ++second.stream;
  const auto angle = units(like, second).mul_(2 * std::numbers::pi).cos_();
  return moved(radius.mul_(angle).mul_(deviation).add_(mean), like);
}

}  // namespace temper::regularize
