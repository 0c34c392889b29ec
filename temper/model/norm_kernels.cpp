#include "temper/model/norm_kernels.h"

#include <algorithm>
#include <vector>

// This file is compiled once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "temper/model/norm_kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace temper::model::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

/// Number of pixels that are summed in float before their sums are added in double.
constexpr std::int64_t kFloatPixels = 128;
constexpr std::int64_t kAtOnce = 4;  ///< pixels

template <class D>
HWY_INLINE hn::Vec<D> load(D d, const float* from) {
  return hn::LoadU(d, from);
}

template <class D>
HWY_INLINE hn::Vec<D> load(D d, const Bf16* from) {
  const hn::Rebind<std::uint16_t, D> halves;
  const hn::Rebind<std::uint32_t, D> words;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(words, hn::LoadU(halves, from))));
}

template <class D>
HWY_INLINE void store(D d, hn::Vec<D> value, float* to) {
  hn::StoreU(value, d, to);
}

template <class D>
HWY_INLINE void store(D /*d*/, hn::Vec<D> value, Bf16* to) {
  const hn::Rebind<std::uint16_t, D> halves;
  const hn::Rebind<std::int32_t, D> integers;
  const hn::Rebind<std::uint32_t, D> words;
  const auto bits = hn::BitCast(words, value);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(words, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(bits, hn::Add(odd, hn::Set(words, 0x7fff))));
  const auto number = hn::RebindMask(words, hn::Eq(value, value));
  const auto result = hn::IfThenElse(number, rounded, hn::Set(words, 0x7fc0));
  hn::StoreU(hn::DemoteTo(halves, hn::BitCast(integers, result)), halves, to);
}

/// Calls body(tag, c) for vectors of channels from c on, down to single ones at the end.
template <class Body>
HWY_INLINE void for_channels(std::int64_t channels, const Body& body) {
  const hn::ScalableTag<float> whole;
  const hn::CappedTag<float, 4> few;
  const hn::CappedTag<float, 1> one;
  const auto step = [&](auto tag, std::int64_t c) HWY_ATTR {
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
    for (; c + lanes <= channels; c += lanes) body(tag, c);
    return c;
  };
  step(one, step(few, step(whole, 0)));
}

/// Adds to two sums per channel. body(count, pixel, a, b) adds `count` pixels from `pixel` on to
/// the sums a and b in float.
template <class Body>
HWY_INLINE void add_sums(const Part& part, double* first, double* second, const Body& body) {
  const auto channels = part.channels;
  std::vector<float> sums(static_cast<std::size_t>(2 * channels));
  float* const a = sums.data();
  float* const b = a + channels;
  for (auto pixel = part.begin; pixel < part.end;) {
    std::fill(sums.begin(), sums.end(), 0.0F);
    const auto end = std::min(part.end, pixel + kFloatPixels);
    for (; pixel + kAtOnce <= end; pixel += kAtOnce)
      body(std::integral_constant<int, kAtOnce>(), pixel, a, b);
    for (; pixel < end; ++pixel) body(std::integral_constant<int, 1>(), pixel, a, b);
    for (std::int64_t c = 0; c < channels; ++c) {
      first[c] += static_cast<double>(a[c]);
      second[c] += static_cast<double>(b[c]);
    }
  }
}

template <class T>
void Moments(const Part& part, const T* x, const float* shift, double* sum, double* squares) {
  const auto channels = part.channels;
  add_sums(part, sum, squares, [&](auto count, std::int64_t pixel, float* a, float* b) HWY_ATTR {
    const T* const from = x + pixel * channels;
    for_channels(channels, [&](auto d, std::int64_t c) HWY_ATTR {
      const auto middle = hn::LoadU(d, shift + c);
      auto s = hn::LoadU(d, a + c);
      auto q = hn::LoadU(d, b + c);
      for (int i = 0; i < count; ++i) {
        const auto v = hn::Sub(load(d, from + i * channels + c), middle);
        s = hn::Add(s, v);
        q = hn::MulAdd(v, v, q);
      }
      hn::StoreU(s, d, a + c);
      hn::StoreU(q, d, b + c);
    });
  });
}

template <bool adds, bool relu, class T>
HWY_INLINE void transform_all(const Part& part, const Transform<T>& what) {
  const auto channels = part.channels;
  for (auto pixel = part.begin; pixel < part.end; ++pixel) {
    const auto at = pixel * channels;
    for_channels(channels, [&](auto d, std::int64_t c) HWY_ATTR {
      auto y = hn::MulAdd(load(d, what.x + at + c), hn::LoadU(d, what.affine.scale + c),
                          hn::LoadU(d, what.affine.offset + c));
      if constexpr (adds) y = hn::Add(y, load(d, what.added + at + c));
      // Not Max, which would turn NaN into a number.
      if constexpr (relu) y = hn::IfThenElseZero(hn::Not(hn::Lt(y, hn::Zero(d))), y);
      store(d, y, what.out + at + c);
    });
  }
}

template <class T>
void TransformAll(const Part& part, const Transform<T>& what) {
  if (what.added != nullptr)
    what.relu ? transform_all<true, true>(part, what) : transform_all<true, false>(part, what);
  else
    what.relu ? transform_all<false, true>(part, what) : transform_all<false, false>(part, what);
}

/// The gradient at ReLU's input at one position. @param x  the normalization's input there
template <Mask mask, bool two, class D, class T>
HWY_INLINE hn::Vec<D> gradient_at(D d, const Gradient<T>& from, std::int64_t at, std::int64_t c,
                                  hn::Vec<D> x) {
  auto g = load(d, from.first + at + c);
  if constexpr (two) g = hn::Add(g, load(d, from.second + at + c));
  if constexpr (mask == Mask::input) {
    const auto y =
        hn::MulAdd(x, hn::LoadU(d, from.affine.scale + c), hn::LoadU(d, from.affine.offset + c));
    g = hn::IfThenElseZero(hn::Gt(y, hn::Zero(d)), g);
  }
  if constexpr (mask == Mask::output)
    g = hn::IfThenElseZero(hn::Gt(load(d, from.output + at + c), hn::Zero(d)), g);
  return g;
}

/// Calls body(mask, two) with the gradient's mask and whether it has a second tensor, as constants.
template <class T, class Body>
HWY_INLINE void for_kind(const Gradient<T>& gradient, const Body& body) {
  const auto with = [&](auto mask) HWY_ATTR {
    if (gradient.second != nullptr)
      body(mask, std::true_type());
    else
      body(mask, std::false_type());
  };
  if (gradient.mask == Mask::input)
    with(std::integral_constant<Mask, Mask::input>());
  else if (gradient.mask == Mask::output)
    with(std::integral_constant<Mask, Mask::output>());
  else
    with(std::integral_constant<Mask, Mask::none>());
}

template <class T>
void GradientSumsOf(const Part& part, const GradientSums<T>& what, double* sum, double* products) {
  const auto channels = part.channels;
  for_kind(what.gradient, [&](auto mask, auto two) HWY_ATTR {
    add_sums(part, sum, products, [&](auto count, std::int64_t pixel, float* a, float* b) HWY_ATTR {
      for_channels(channels, [&](auto d, std::int64_t c) HWY_ATTR {
        const auto mean = hn::LoadU(d, what.mean + c);
        auto s = hn::LoadU(d, a + c);
        auto q = hn::LoadU(d, b + c);
        for (int i = 0; i < count; ++i) {
          const auto at = (pixel + i) * channels;
          const auto x = load(d, what.x + at + c);
          const auto g = gradient_at<mask(), two()>(d, what.gradient, at, c, x);
          if (what.kept != nullptr) store(d, g, what.kept + at + c);
          s = hn::Add(s, g);
          q = hn::MulAdd(g, hn::Sub(x, mean), q);
        }
        hn::StoreU(s, d, a + c);
        hn::StoreU(q, d, b + c);
      });
    });
  });
}

template <class T>
void InputGradientOf(const Part& part, const InputGradient<T>& what) {
  const auto channels = part.channels;
  for_kind(what.gradient, [&](auto mask, auto two) HWY_ATTR {
    for (auto pixel = part.begin; pixel < part.end; ++pixel) {
      const auto at = pixel * channels;
      for_channels(channels, [&](auto d, std::int64_t c) HWY_ATTR {
        const auto x = load(d, what.x + at + c);
        const auto g = gradient_at<mask(), two()>(d, what.gradient, at, c, x);
        const auto rest = hn::MulAdd(x, hn::LoadU(d, what.b + c), hn::LoadU(d, what.c + c));
        store(d, hn::MulAdd(g, hn::LoadU(d, what.a + c), rest), what.out + at + c);
      });
    }
  });
}

void Moments32(const Part& part, const float* x, const float* shift, double* sum, double* squares) {
  Moments(part, x, shift, sum, squares);
}
void Moments16(const Part& part, const Bf16* x, const float* shift, double* sum, double* squares) {
  Moments(part, x, shift, sum, squares);
}
void Transform32(const Part& part, const Transform<float>& what) {
  TransformAll(part, what);
}
void Transform16(const Part& part, const Transform<Bf16>& what) {
  TransformAll(part, what);
}
void Sums32(const Part& part, const GradientSums<float>& what, double* sum, double* products) {
  GradientSumsOf(part, what, sum, products);
}
void Sums16(const Part& part, const GradientSums<Bf16>& what, double* sum, double* products) {
  GradientSumsOf(part, what, sum, products);
}
void Input32(const Part& part, const InputGradient<float>& what) {
  InputGradientOf(part, what);
}
void Input16(const Part& part, const InputGradient<Bf16>& what) {
  InputGradientOf(part, what);
}

}  // namespace
}  // namespace temper::model::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace temper::model::kernels {

HWY_EXPORT(Moments32);
HWY_EXPORT(Moments16);
HWY_EXPORT(Transform32);
HWY_EXPORT(Transform16);
HWY_EXPORT(Sums32);
HWY_EXPORT(Sums16);
HWY_EXPORT(Input32);
HWY_EXPORT(Input16);

void add_moments(const Part& part, const float* x, const float* shift, double* sum,
                 double* squares) {
  HWY_DYNAMIC_DISPATCH(Moments32)(part, x, shift, sum, squares);
}

void add_moments(const Part& part, const Bf16* x, const float* shift, double* sum,
                 double* squares) {
  HWY_DYNAMIC_DISPATCH(Moments16)(part, x, shift, sum, squares);
}

void transform(const Part& part, const Transform<float>& what) {
  HWY_DYNAMIC_DISPATCH(Transform32)(part, what);
}

void transform(const Part& part, const Transform<Bf16>& what) {
  HWY_DYNAMIC_DISPATCH(Transform16)(part, what);
}

void add_gradient_sums(const Part& part, const GradientSums<float>& what, double* sum,
                       double* products) {
  HWY_DYNAMIC_DISPATCH(Sums32)(part, what, sum, products);
}

void add_gradient_sums(const Part& part, const GradientSums<Bf16>& what, double* sum,
                       double* products) {
  HWY_DYNAMIC_DISPATCH(Sums16)(part, what, sum, products);
}

void input_gradient(const Part& part, const InputGradient<float>& what) {
  HWY_DYNAMIC_DISPATCH(Input32)(part, what);
}

void input_gradient(const Part& part, const InputGradient<Bf16>& what) {
  HWY_DYNAMIC_DISPATCH(Input16)(part, what);
}

}  // namespace temper::model::kernels
#endif
