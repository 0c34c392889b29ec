#include "temper/augment/pixels/warp_kernels.h"

#include <algorithm>
#include <array>

// This file is compiled once per instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "temper/augment/pixels/warp_kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace temper::augment::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

/// Between two samples, the first of `values`.
struct Bilinear {
  static constexpr int taps = 2;

  static double at(const std::array<double, 2>& v, double d) { return v[0] + (v[1] - v[0]) * d; }

  template <class D, class V>
  static HWY_INLINE V at(D /*tag*/, const std::array<V, 2>& v, V d) {
    return hn::Add(v[0], hn::Mul(hn::Sub(v[1], v[0]), d));
  }
};

/// Between the second and the third of four samples: Keys' cubic with a = -1.
struct Bicubic {
  static constexpr int taps = 4;

  static double at(const std::array<double, 4>& v, double d) {
    const double p2 = v[2] - v[0];
    const double p3 = 2 * (v[0] - v[1]) + v[2] - v[3];
    const double p4 = v[1] - v[0] - v[2] + v[3];
    return v[1] + d * (p2 + d * (p3 + d * p4));
  }

  template <class D, class V>
  static HWY_INLINE V at(D tag, const std::array<V, 4>& v, V d) {
    const V p2 = hn::Sub(v[2], v[0]);
    const V p3 = hn::Sub(hn::Add(hn::Mul(hn::Set(tag, 2.0), hn::Sub(v[0], v[1])), v[2]), v[3]);
    const V p4 = hn::Add(hn::Sub(hn::Sub(v[1], v[0]), v[2]), v[3]);
    return hn::Add(v[1], hn::Mul(d, hn::Add(p2, hn::Mul(d, hn::Add(p3, hn::Mul(d, p4))))));
  }
};

/// A place in an image: its first tap, which may lie outside, and how far it is beyond the one that
/// the interpolation starts from.
struct Place {
  int x;
  int y;
  double dx;
  double dy;
};

template <class Method>
HWY_INLINE Place place_of(double x, double y) {
  x -= 0.5;
  y -= 0.5;
  const int left = x >= 0 ? static_cast<int>(x) : -1;
  const int top = y >= 0 ? static_cast<int>(y) : -1;
  constexpr int before = Method::taps / 2 - 1;
  return {left - before, top - before, x - left, y - top};
}

/// One sample, without vector instructions. Columns outside are the outermost ones; a row outside
/// is the one before it, as Pillow has it.
template <class Method>
std::uint8_t sample(const io::Pixels& from, const Place& at, int channel) {
  std::array<double, Method::taps> column{};
  for (int j = 0; j < Method::taps; ++j) {
    const int y = at.y + j;
    const auto k = static_cast<std::size_t>(j);
    if (j > 0 && (y < 0 || y >= from.height)) {
      column[k] = column[k - 1];
      continue;
    }
    const std::uint8_t* const row = from.row(std::clamp(y, 0, from.height - 1)) + channel;
    std::array<double, Method::taps> samples{};
    for (int i = 0; i < Method::taps; ++i)
      samples[static_cast<std::size_t>(i)] =
          row[std::ptrdiff_t{std::clamp(at.x + i, 0, from.width - 1)} * from.channels];
    column[k] = Method::at(samples, at.dx);
  }
  return static_cast<std::uint8_t>(std::clamp(Method::at(column, at.dy), 0.0, 255.0));
}

#if HWY_TARGET == HWY_SCALAR  // no vector instructions

template <class Method>
bool is_inner(const io::Pixels& /*from*/, const Place& /*at*/) {
  return false;
}

template <class Method>
void sample_inner(const io::Pixels& /*from*/, const Place& /*at*/, std::uint8_t* /*out*/) {}

#else

/// Four samples of a pixel, of which the last belongs to the next pixel, in one vector or in two.
#if HWY_MAX_BYTES >= 32
constexpr std::size_t kParts = 1;
#else
constexpr std::size_t kParts = 2;
#endif
using Doubles = hn::FixedTag<double, 4 / kParts>;
using Double = hn::Vec<Doubles>;
using Words = hn::FixedTag<std::int32_t, 4>;
using Four = hn::FixedTag<std::uint8_t, 4>;

HWY_INLINE std::array<Double, kParts> load(const std::uint8_t* pixel) {
  const auto words = hn::PromoteTo(Words(), hn::LoadU(Four(), pixel));
#if HWY_MAX_BYTES >= 32
  return {hn::PromoteTo(Doubles(), words)};
#else
  const hn::Half<Words> two;
  return {hn::PromoteTo(Doubles(), hn::LowerHalf(two, words)),
          hn::PromoteTo(Doubles(), hn::UpperHalf(two, words))};
#endif
}

/// Truncates and clamps to [0, 255].
HWY_INLINE void store(const std::array<Double, kParts>& pixel, std::uint8_t* out) {
#if HWY_MAX_BYTES >= 32
  const auto words = hn::DemoteTo(Words(), pixel[0]);
#else
  const hn::Half<Words> two;
  const auto words = hn::Combine(Words(), hn::DemoteTo(two, pixel[1]), hn::DemoteTo(two, pixel[0]));
#endif
  std::array<std::uint8_t, 4> bytes{};
  hn::StoreU(hn::DemoteTo(Four(), words), Four(), bytes.data());
  std::copy_n(bytes.data(), 3, out);
}

/// Whether all taps of a color image lie in it, and four bytes can be loaded of each.
template <class Method>
HWY_INLINE bool is_inner(const io::Pixels& from, const Place& at) {
  const int right = at.x + Method::taps;
  const int bottom = at.y + Method::taps;
  return from.channels == 3 && at.x >= 0 && at.y >= 0 && right <= from.width &&
         bottom <= from.height && (right < from.width || bottom < from.height);
}

template <class Method>
HWY_INLINE void sample_inner(const io::Pixels& from, const Place& at, std::uint8_t* out) {
  const Doubles tag;
  const Double dx = hn::Set(tag, at.dx);
  const Double dy = hn::Set(tag, at.dy);
  std::array<std::array<Double, Method::taps>, kParts> column;
  for (int j = 0; j < Method::taps; ++j) {
    const std::uint8_t* const row = from.row(at.y + j) + std::ptrdiff_t{at.x} * 3;
    std::array<std::array<Double, Method::taps>, kParts> samples;
    for (int i = 0; i < Method::taps; ++i) {
      const auto pixel = load(row + std::ptrdiff_t{i} * 3);
      for (std::size_t part = 0; part < kParts; ++part)
        samples[part][static_cast<std::size_t>(i)] = pixel[part];
    }
    for (std::size_t part = 0; part < kParts; ++part)
      column[part][static_cast<std::size_t>(j)] = Method::at(tag, samples[part], dx);
  }
  std::array<Double, kParts> pixel;
  for (std::size_t part = 0; part < kParts; ++part) pixel[part] = Method::at(tag, column[part], dy);
  store(pixel, out);
}

#endif  // HWY_TARGET

template <class Method>
HWY_INLINE void sample_all(const io::Pixels& from, const Places& places, const Fill& fill,
                           std::uint8_t* out) {
  const double width = from.width;
  const double height = from.height;
  for (std::int64_t i = 0; i < places.count; ++i, out += from.channels) {
    const double x = places.x[static_cast<std::size_t>(i)];
    const double y = places.y[static_cast<std::size_t>(i)];
    if (!(x >= 0 && x < width && y >= 0 && y < height)) {
      std::copy_n(fill.channels.data(), from.channels, out);
      continue;
    }
    const Place place = place_of<Method>(x, y);
    if (is_inner<Method>(from, place))
      sample_inner<Method>(from, place, out);
    else
      for (int c = 0; c < from.channels; ++c) out[c] = sample<Method>(from, place, c);
  }
}

void SampleBilinear(const io::Pixels& from, const Places& places, const Fill& fill,
                    std::uint8_t* out) {
  sample_all<Bilinear>(from, places, fill, out);
}

void SampleBicubic(const io::Pixels& from, const Places& places, const Fill& fill,
                   std::uint8_t* out) {
  sample_all<Bicubic>(from, places, fill, out);
}

using Many = hn::CappedTag<double, 8>;

/// Calls `put(first, x)` with the centers of the pixels from `column` on, a vector at a time.
template <class Put>
HWY_INLINE void for_columns(std::int64_t column, std::int64_t count, Put put) {
  const Many tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  for (std::int64_t i = 0; i < count; i += lanes)
    put(i, hn::Add(hn::Iota(tag, static_cast<double>(column + i)), hn::Set(tag, 0.5)));
}

void AffinePlaces(const std::array<double, 6>& c, std::int64_t column, std::int64_t row,
                  Places& places) {
  const Many tag;
  const double y = static_cast<double>(row) + 0.5;
  const auto y_x = hn::Set(tag, c[1] * y);
  const auto y_y = hn::Set(tag, c[4] * y);
  for_columns(column, places.count, [&](std::int64_t i, auto x) HWY_ATTR {
    hn::Store(hn::Add(hn::Add(hn::Mul(hn::Set(tag, c[0]), x), y_x), hn::Set(tag, c[2])), tag,
              places.x.data() + i);
    hn::Store(hn::Add(hn::Add(hn::Mul(hn::Set(tag, c[3]), x), y_y), hn::Set(tag, c[5])), tag,
              places.y.data() + i);
  });
}

void PerspectivePlaces(const std::array<double, 8>& c, std::int64_t column, std::int64_t row,
                       Places& places) {
  const Many tag;
  const double y = static_cast<double>(row) + 0.5;
  for_columns(column, places.count, [&](std::int64_t i, auto x) HWY_ATTR {
    const auto sum = [&](std::size_t k, double constant) HWY_ATTR {
      return hn::Add(hn::Add(hn::Mul(hn::Set(tag, c[k]), x), hn::Set(tag, c[k + 1] * y)),
                     hn::Set(tag, constant));
    };
    const auto depth = sum(6, 1);
    hn::Store(hn::Div(sum(0, c[2]), depth), tag, places.x.data() + i);
    hn::Store(hn::Div(sum(3, c[5]), depth), tag, places.y.data() + i);
  });
}

void AddScaled(const float* in, float factor, std::int64_t count, float* out) {
  const hn::ScalableTag<float> tag;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(tag));
  const auto by = hn::Set(tag, factor);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::Add(hn::LoadU(tag, out + i), hn::Mul(by, hn::LoadU(tag, in + i))), tag, out + i);
  for (; i < count; ++i) out[i] = out[i] + factor * in[i];
}

}  // namespace
}  // namespace temper::augment::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace temper::augment::kernels {

HWY_EXPORT(AddScaled);
HWY_EXPORT(AffinePlaces);
HWY_EXPORT(PerspectivePlaces);
HWY_EXPORT(SampleBilinear);
HWY_EXPORT(SampleBicubic);

void affine_places(const std::array<double, 6>& c, std::int64_t column, std::int64_t row,
                   Places& places) {
  HWY_DYNAMIC_DISPATCH(AffinePlaces)(c, column, row, places);
}

void perspective_places(const std::array<double, 8>& c, std::int64_t column, std::int64_t row,
                        Places& places) {
  HWY_DYNAMIC_DISPATCH(PerspectivePlaces)(c, column, row, places);
}

void sample_bilinear(const io::Pixels& from, const Places& places, const Fill& fill,
                     std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(SampleBilinear)(from, places, fill, out);
}

void sample_bicubic(const io::Pixels& from, const Places& places, const Fill& fill,
                    std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(SampleBicubic)(from, places, fill, out);
}

void add_scaled(const float* in, float factor, std::int64_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(AddScaled)(in, factor, count, out);
}

}  // namespace temper::augment::kernels
#endif
