#include "temper/augment/pixels/color_kernels.h"

#include <algorithm>

// This file is compiled once per instruction set, without fused multiply-adds (room.cmake): where
// Pillow rounds a product, so does this.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "temper/augment/pixels/color_kernels.cpp"
#include <hwy/foreach_target.h>
// after foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace temper::augment::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

using Floats = hn::CappedTag<float, 16>;
using Float = hn::Vec<Floats>;
using Bytes = hn::Rebind<std::uint8_t, Floats>;
using Byte = hn::Vec<Bytes>;
constexpr std::int64_t kMostLanes = 16;

HWY_INLINE Float number(float value) {
  return hn::Set(Floats(), value);
}

HWY_INLINE Float to_float(Byte samples) {
  const hn::Rebind<std::int32_t, Floats> words;
  return hn::ConvertTo(Floats(), hn::PromoteTo(words, samples));
}

/// Truncates numbers in [0, 256).
template <class D>
HWY_INLINE auto to_bytes(D /*floats*/, hn::Vec<D> numbers) {
  const hn::Rebind<std::int32_t, D> words;
  const hn::Rebind<std::uint8_t, D> bytes;
  return hn::DemoteTo(bytes, hn::ConvertTo(words, numbers));
}

/// Clipped to [0, 255].
template <class D>
HWY_INLINE hn::Vec<D> blended(D floats, hn::Vec<D> from, hn::Vec<D> to, hn::Vec<D> factor) {
  const auto between = hn::Add(from, hn::Mul(factor, hn::Sub(to, from)));
  return hn::Min(hn::Max(between, hn::Zero(floats)), hn::Set(floats, 255.0F));
}

/// All sums are whole numbers below 2^24, so nothing is rounded before Floor.
HWY_INLINE Float gray_of(Float red, Float green, Float blue) {
  Float sum = hn::MulAdd(blue, number(7471), number(32768));
  sum = hn::MulAdd(green, number(38470), sum);
  sum = hn::MulAdd(red, number(19595), sum);
  return hn::Floor(hn::Mul(sum, number(1 / 65536.0F)));
}

/// Calls `use(red, green, blue)` for as many pixels as a vector of floats has lanes.
template <class Use>
HWY_INLINE void read_some(const std::uint8_t* rgb, const Use& use) {
  const Bytes bytes;
  Byte red = hn::Zero(bytes), green = red, blue = red;
  hn::LoadInterleaved3(bytes, rgb, red, green, blue);
  use(to_float(red), to_float(green), to_float(blue));
}

/// Calls `some(pixels)` for all, of which the last are copied to a larger place.
/// @param finish  called with that place and the number of bytes in it that count
template <class Pixel, class Some, class Finish>
HWY_INLINE void for_all(Pixel* rgb, std::int64_t pixels, const Some& some, const Finish& finish) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Floats()));
  std::int64_t x = 0;
  for (; x + lanes <= pixels; x += lanes) some(rgb + 3 * x);
  if (x >= pixels) return;
  std::array<std::uint8_t, 3 * kMostLanes> last{};
  std::copy(rgb + 3 * x, rgb + 3 * pixels, last.begin());
  some(last.data());
  finish(last, rgb + 3 * x, 3 * (pixels - x));
}

/// Replaces each pixel by what `change(red&, green&, blue&)` makes of it, truncated.
template <class Change>
HWY_INLINE void change_all(std::uint8_t* rgb, std::int64_t pixels, const Change& change) {
  const auto some = [&](std::uint8_t* place) HWY_ATTR {
    read_some(place, [&](Float red, Float green, Float blue) HWY_ATTR {
      change(red, green, blue);
      const Floats floats;
      hn::StoreInterleaved3(to_bytes(floats, red), to_bytes(floats, green), to_bytes(floats, blue),
                            Bytes(), place);
    });
  };
  for_all(rgb, pixels, some, [](const auto& last, std::uint8_t* to, std::int64_t bytes) {
    std::copy_n(last.begin(), bytes, to);
  });
}

void MakeGray(std::uint8_t* rgb, std::int64_t pixels) {
  change_all(rgb, pixels, [](Float& red, Float& green, Float& blue) HWY_ATTR {
    red = green = blue = gray_of(red, green, blue);
  });
}

/// Of at most 2^16 pixels, so that 32 bits suffice.
std::int64_t SumOfGray(const std::uint8_t* rgb, std::int64_t pixels) {
  const hn::Rebind<std::int32_t, Floats> words;
  auto sum = hn::Zero(words);
  const auto some = [&](const std::uint8_t* place) HWY_ATTR {
    read_some(place, [&](Float red, Float green, Float blue) HWY_ATTR {
      sum = hn::Add(sum, hn::ConvertTo(words, gray_of(red, green, blue)));
    });
  };
  for_all(rgb, pixels, some, [](const auto&... /*last*/) {});  // the rest of it is black
  return hn::GetLane(hn::SumOfLanes(words, sum));
}

void Saturate(std::uint8_t* rgb, std::int64_t pixels, float factor) {
  const Floats floats;
  const Float by = number(factor);
  change_all(rgb, pixels, [&](Float& red, Float& green, Float& blue) HWY_ATTR {
    const Float gray = gray_of(red, green, blue);
    red = blended(floats, gray, red, by);
    green = blended(floats, gray, green, by);
    blue = blended(floats, gray, blue, by);
  });
}

/// The integer part of 255 * share. Pillow has the exact product, which may be a little below a
/// whole number that is its nearest float.
HWY_INLINE Float part_of_255(Float share) {
  const Float more = hn::Mul(share, number(256));
  const Float product = hn::Sub(more, share);
  const Float error = hn::Sub(hn::Sub(more, product), share);  // of the rounding, exact
  const Float whole = hn::Floor(product);
  const auto is_below = hn::And(hn::Eq(whole, product), hn::Lt(error, hn::Zero(Floats())));
  return hn::IfThenElse(is_below, hn::Sub(whole, number(1)), whole);
}

/// Pillow's hue, in [0, 255]: colorsys.rgb_to_hsv() in floats. Of the distances of the two other
/// channels from the highest one, one is the span from the lowest to the highest.
HWY_INLINE Float hue_of(Float red, Float green, Float blue, Float highest, Float span) {
  const auto is_red = hn::Eq(red, highest);
  const auto is_green = hn::Eq(green, highest);
  // The first where red is the highest, the second where green is, else the third.
  const auto by_highest = [&](Float first, Float second, Float third) HWY_ATTR {
    return hn::IfThenElse(is_red, first, hn::IfThenElse(is_green, second, third));
  };
  const Float one = number(1);
  const Float center = by_highest(number(0), number(2), number(4));
  const Float next = hn::Sub(highest, by_highest(green, blue, red));
  const Float previous = hn::Sub(highest, by_highest(blue, red, green));
  const auto is_before = hn::Eq(next, span);
  const Float part = hn::Div(hn::IfThenElse(is_before, previous, next), hn::Max(span, one));
  const Float sixths = hn::IfThenElse(is_before, hn::Add(hn::Sub(center, one), part),
                                      hn::Sub(hn::Add(center, one), part));
  const Float share = hn::Div(sixths, number(6));
  return part_of_255(hn::IfThenElse(hn::Lt(share, hn::Zero(Floats())), hn::Add(share, one), share));
}

HWY_INLINE Float rounded(Float value) {
  return hn::Floor(hn::Add(value, number(0.5F)));
}

/// colorsys.hsv_to_rgb() as Pillow rounds it.
/// @param hue         in [0, 255], whole
/// @param saturation  in [0, 1]
/// @param highest     the value
HWY_INLINE void set_color(Float hue, Float saturation, Float highest, Float& red, Float& green,
                          Float& blue) {
  const Float one = number(1);
  const Float all = number(255);
  const Float scaled = hn::Mul(hue, number(6));
  // Whole numbers, so that 0.5 more keeps the quotient away from where rounding matters.
  const Float sector = hn::Floor(hn::Mul(hn::Add(scaled, number(0.5F)), number(1 / 255.0F)));
  const Float part = hn::Div(hn::Sub(scaled, hn::Mul(sector, all)), all);
  const auto is = [&](float k) HWY_ATTR { return hn::Eq(sector, number(k)); };
  const auto falls = hn::Or(is(1), hn::Or(is(3), is(5)));
  const Float share = hn::IfThenElse(falls, part, hn::Sub(one, part));
  const Float lowest = rounded(hn::Mul(highest, hn::Sub(one, saturation)));
  const Float middle = rounded(hn::Mul(highest, hn::Sub(one, hn::Mul(saturation, share))));
  const auto channel = [&](auto is_highest, auto is_middle) HWY_ATTR {
    return hn::IfThenElse(is_highest, highest, hn::IfThenElse(is_middle, middle, lowest));
  };
  const auto is_first = hn::Or(is(0), is(6));  // a hue of 255 is again the first color
  red = channel(hn::Or(is_first, is(5)), hn::Or(is(1), is(4)));
  green = channel(hn::Or(is(1), is(2)), hn::Or(is_first, is(3)));
  blue = channel(hn::Or(is(3), is(4)), hn::Or(is(2), is(5)));
}

void TurnHue(std::uint8_t* rgb, std::int64_t pixels, std::uint8_t steps) {
  const Float by = number(steps);
  const Float circle = number(256);
  const Float one = number(1);
  change_all(rgb, pixels, [&](Float& red, Float& green, Float& blue) HWY_ATTR {
    const Float highest = hn::Max(red, hn::Max(green, blue));
    const Float span = hn::Sub(highest, hn::Min(red, hn::Min(green, blue)));
    Float hue = hn::Add(hue_of(red, green, blue, highest, span), by);
    hue = hn::IfThenElse(hn::Ge(hue, circle), hn::Sub(hue, circle), hue);
    const Float saturation = part_of_255(hn::Div(span, hn::Max(highest, one)));
    set_color(hue, hn::Div(saturation, number(255)), highest, red, green, blue);
  });
}

/// Three vectors at a time, so that each lane always has the same channel.
void RangeOf(const std::uint8_t* samples, std::int64_t count, int channels, Range& range) {
  const hn::CappedTag<std::uint8_t, 64> bytes;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(bytes));
  auto low_0 = hn::Set(bytes, 255), low_1 = low_0, low_2 = low_0;
  auto high_0 = hn::Zero(bytes), high_1 = high_0, high_2 = high_0;
  const auto add = [&](const std::uint8_t* from, auto& low, auto& high) HWY_ATTR {
    const auto some = hn::LoadU(bytes, from);
    low = hn::Min(low, some);
    high = hn::Max(high, some);
  };
  std::int64_t i = 0;
  for (; i + 3 * lanes <= count; i += 3 * lanes) {
    add(samples + i, low_0, high_0);
    add(samples + i + lanes, low_1, high_1);
    add(samples + i + 2 * lanes, low_2, high_2);
  }
  std::array<std::uint8_t, std::size_t{3} * 64> low{}, high{};
  hn::StoreU(low_0, bytes, low.data());
  hn::StoreU(low_1, bytes, low.data() + lanes);
  hn::StoreU(low_2, bytes, low.data() + 2 * lanes);
  hn::StoreU(high_0, bytes, high.data());
  hn::StoreU(high_1, bytes, high.data() + lanes);
  hn::StoreU(high_2, bytes, high.data() + 2 * lanes);
  const auto include = [&](std::int64_t place, std::uint8_t lowest, std::uint8_t highest) {
    const auto channel = static_cast<std::size_t>(place % channels);
    range.low[channel] = std::min(range.low[channel], lowest);
    range.high[channel] = std::max(range.high[channel], highest);
  };
  for (std::int64_t k = 0; k < 3 * lanes; ++k)
    include(k, low[static_cast<std::size_t>(k)], high[static_cast<std::size_t>(k)]);
  for (; i < count; ++i) include(i, samples[i], samples[i]);
}

/// A place in three rows, and where its result goes.
struct Place {
  const std::uint8_t* above;
  const std::uint8_t* row;
  const std::uint8_t* below;
  std::uint8_t* out;
};

template <class D>
HWY_INLINE void sharpen_some(D floats, const Place& place, std::ptrdiff_t channels, float factor) {
  const hn::Rebind<std::int32_t, D> words;
  const hn::Rebind<std::uint16_t, D> halves;
  const hn::Rebind<std::uint8_t, D> bytes;
  const auto at = [&](const std::uint8_t* from)
                      HWY_ATTR { return hn::PromoteTo(halves, hn::LoadU(bytes, from)); };
  const auto across = [&](const std::uint8_t* from) HWY_ATTR {
    return hn::Add(hn::Add(at(from - channels), at(from)), at(from + channels));
  };
  const auto sample = at(place.row);
  const auto outer = hn::Add(across(place.above), across(place.below));
  const auto sum = hn::Add(hn::Add(outer, across(place.row)), hn::ShiftLeft<2>(sample));
  // (sum + 6) / 13, by the reciprocal rounded up to 16 bits
  const auto smooth = hn::MulHigh(hn::Add(sum, hn::Set(halves, 6)), hn::Set(halves, 5042));
  const auto number_of = [&](auto numbers) HWY_ATTR {
    return hn::ConvertTo(floats, hn::PromoteTo(words, numbers));
  };
  const auto result =
      blended(floats, number_of(smooth), number_of(sample), hn::Set(floats, factor));
  hn::StoreU(to_bytes(floats, result), bytes, place.out);
}

void SharpenRow(const std::uint8_t* above, const std::uint8_t* row, const std::uint8_t* below,
                std::int64_t count, std::ptrdiff_t channels, float factor, std::uint8_t* out) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(Floats()));
  const auto at = [&](std::int64_t x) { return Place{above + x, row + x, below + x, out + x}; };
  std::int64_t x = 0;
  for (; x + lanes <= count; x += lanes) sharpen_some(Floats(), at(x), channels, factor);
  for (; x < count; ++x) sharpen_some(hn::CappedTag<float, 1>(), at(x), channels, factor);
}

}  // namespace
}  // namespace temper::augment::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace temper::augment::kernels {

HWY_EXPORT(MakeGray);
HWY_EXPORT(SumOfGray);
HWY_EXPORT(Saturate);
HWY_EXPORT(TurnHue);
HWY_EXPORT(RangeOf);
HWY_EXPORT(SharpenRow);

void make_gray(std::uint8_t* rgb, std::int64_t pixels) {
  HWY_DYNAMIC_DISPATCH(MakeGray)(rgb, pixels);
}

std::int64_t sum_of_gray(const std::uint8_t* rgb, std::int64_t pixels) {
  constexpr std::int64_t at_once = 1 << 16;
  std::int64_t sum = 0;
  for (std::int64_t x = 0; x < pixels; x += at_once)
    sum += HWY_DYNAMIC_DISPATCH(SumOfGray)(rgb + 3 * x, std::min(at_once, pixels - x));
  return sum;
}

void saturate(std::uint8_t* rgb, std::int64_t pixels, float factor) {
  HWY_DYNAMIC_DISPATCH(Saturate)(rgb, pixels, factor);
}

void turn_hue(std::uint8_t* rgb, std::int64_t pixels, std::uint8_t steps) {
  HWY_DYNAMIC_DISPATCH(TurnHue)(rgb, pixels, steps);
}

Range range_of(const std::uint8_t* pixels, std::int64_t count, int channels) {
  Range range;
  HWY_DYNAMIC_DISPATCH(RangeOf)(pixels, count * channels, channels, range);
  return range;
}

void sharpen_row(const std::uint8_t* above, const std::uint8_t* row, const std::uint8_t* below,
                 std::int64_t count, std::ptrdiff_t channels, float factor, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(SharpenRow)(above, row, below, count, channels, factor, out);
}

}  // namespace temper::augment::kernels
#endif
