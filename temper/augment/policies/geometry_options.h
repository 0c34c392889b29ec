#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/pixels/fill.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// How the geometric operations of a policy interpolate.
enum class PolicyInterpolation : std::uint8_t {
  automatic,  ///< as the dialect publishes it
  nearest,
  bilinear,
  bicubic,
  random,  ///< bilinear or bicubic, drawn for every operation, as in timm
};

/// The options `interpolation` and `fill` of a policy that has dialects.
template <class Options>
constexpr auto geometry_fields() {
  return std::tuple{
      field(&Options::interpolation,
            {.name = "interpolation",
             .meaning = "interpolation of rotations, shears and translations; auto: the "
                        "dialect's; random: bilinear or bicubic, drawn for each of them"}),
      field(&Options::fill,
            {.name = "fill",
             .meaning = "value of pixels that come from outside the image, before normalization: "
                        "one for all channels, or three; an empty list: the dialect's",
             .bounds = {.low = 0, .high = 255}})};
}

/// @param published  the dialect's, not automatic
Interpolation draw_interpolation(PolicyInterpolation asked, PolicyInterpolation published,
                                 Random& random);

/// The color of pixels that come from outside the image.
/// @param asked      one value for all channels, or three; empty: `published`
Fill fill_of(std::span<const std::int64_t> asked, Fill published);

/// Throws Error{Code::usage} unless there are no values, one or three.
/// @param kind  of the policy, for the message
void check_fill(std::string_view kind, std::span<const std::int64_t> asked);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::PolicyInterpolation> {
  static constexpr std::array<std::string_view, 5> value{"auto", "nearest", "bilinear", "bicubic",
                                                         "random"};
};
