#pragma once
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

/// Options that several geometric operations have.
namespace temper::augment {

/// What an operation that moves pixels puts in their place, and its probability.
template <class Options>
constexpr auto fill_fields() {
  return std::tuple{
      field(
          &Options::fill,
          {.name = "fill",
           .meaning = "value of the pixels that come from outside the image, before normalization",
           .bounds = {.low = 0, .high = 255}}),
      field(&Options::p, {.name = "p",
                          .meaning = "probability that an image is transformed",
                          .bounds = {.low = 0, .high = 1},
                          .scheduled = true})};
}

/// The same with an interpolation.
template <class Options>
constexpr auto warp_fields() {
  return std::tuple_cat(
      std::tuple{field(&Options::interpolation,
                       {.name = "interpolation",
                        .meaning = "interpolation method: nearest, bilinear or bicubic, as Pillow "
                                   "has them for geometric transforms"})},
      fill_fields<Options>());
}

/// A strength, or an end of a range that a strength is drawn from.
template <class Options>
constexpr auto strength_field(double Options::* member, std::string_view name,
                              std::string_view meaning, std::string_view unit, Bounds bounds) {
  return field(
      member,
      {.name = name, .meaning = meaning, .unit = unit, .bounds = bounds, .scheduled = true});
}

}  // namespace temper::augment
