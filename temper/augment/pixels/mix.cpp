#include "temper/augment/pixels/mix.h"

#include <algorithm>
#include <cstddef>

// This file is compiled once per instruction set, without fused multiply-adds (room.cmake): where
// the published code rounds a product, so does this.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "temper/augment/pixels/mix.cpp"
#include <hwy/foreach_target.h>
// after foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace temper::augment::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

/// One float, or as many as a vector has.
template <class D>
HWY_INLINE hn::Vec<D> load(D floats, const std::uint8_t* samples) {
  const hn::Rebind<std::int32_t, D> words;
  const hn::Rebind<std::uint8_t, D> bytes;
  return hn::ConvertTo(floats, hn::PromoteTo(words, hn::LoadU(bytes, samples)));
}

/// Limited to [0, 255] and truncated.
template <class D>
HWY_INLINE void store(D floats, hn::Vec<D> numbers, std::uint8_t* samples) {
  const hn::Rebind<std::int32_t, D> words;
  const hn::Rebind<std::uint8_t, D> bytes;
  const auto within = hn::Min(hn::Max(numbers, hn::Zero(floats)), hn::Set(floats, 255.0F));
  hn::StoreU(hn::DemoteTo(bytes, hn::ConvertTo(words, within)), bytes, samples);
}

/// Calls `some(tag, first sample)` for all samples, with vectors and one by one for the last ones.
template <class Some>
HWY_INLINE void for_all(std::size_t samples, const Some& some) {
  const hn::CappedTag<float, 16> floats;
  const std::size_t lanes = hn::Lanes(floats);
  std::size_t i = 0;
  for (; i + lanes <= samples; i += lanes) some(floats, i);
  for (; i < samples; ++i) some(hn::CappedTag<float, 1>(), i);
}

void Mix(std::span<const float> weights, const std::uint8_t* images, float offset,
         std::span<std::uint8_t> out) {
  for_all(out.size(), [&](auto floats, std::size_t i) HWY_ATTR {
    auto sum = hn::Zero(floats);
    const std::uint8_t* samples = images + i;
    for (const float weight : weights) {
      sum = hn::Add(sum, hn::Mul(hn::Set(floats, weight), load(floats, samples)));
      samples += out.size();
    }
    store(floats, hn::Add(sum, hn::Set(floats, offset)), out.data() + i);
  });
}

void Blend(const std::uint8_t* a, const std::uint8_t* b, float alpha, std::span<std::uint8_t> out) {
  for_all(out.size(), [&](auto floats, std::size_t i) HWY_ATTR {
    const auto from = load(floats, a + i);
    const auto difference = hn::Sub(load(floats, b + i), from);
    store(floats, hn::Add(from, hn::Mul(hn::Set(floats, alpha), difference)), out.data() + i);
  });
}

}  // namespace
}  // namespace temper::augment::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace temper::augment {

HWY_EXPORT(Mix);
HWY_EXPORT(Blend);

void mix(std::span<const float> weights, std::span<const std::uint8_t> images, ToSample to_sample,
         std::span<std::uint8_t> out) {
  const float offset = to_sample == ToSample::nearest ? 0.5F : 0;
  HWY_DYNAMIC_DISPATCH(Mix)(weights, images.data(), offset, out);
}

void blend(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, float alpha,
           std::span<std::uint8_t> out) {
  HWY_DYNAMIC_DISPATCH(Blend)(a.data(), b.data(), alpha, out);
}

}  // namespace temper::augment
#endif
