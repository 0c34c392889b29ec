#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/pixels/frame.h"
#include "temper/augment/policies/geometry_options.h"
#include "temper/augment/policies/primitive.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Applies one operation at a random magnitude, as torchvision's TrivialAugmentWide does.
struct TrivialAugmentWide {
  std::int64_t num_magnitude_bins = 31;
  PolicyInterpolation interpolation = PolicyInterpolation::automatic;
  std::vector<std::int64_t> fill = {};

  /// Throws Error{Code::usage} for a fill of two values.
  void check() const { check_fill(kind, fill); }

  static constexpr std::string_view kind = "trivial_augment_wide";
  static constexpr About about = {
      .summary =
          "Applies one of 14 operations, drawn anew for every image, at a random magnitude. "
          "Translations are by up to 32 pixels whatever the image's size, rotations by up to 135 "
          "degrees: 'temper explain trivial_augment_wide --magnitude 30 --size 32' shows them all.",
      .paper =
          "Müller and Hutter 2021, TrivialAugment: tuning-free yet state-of-the-art data "
          "augmentation, arXiv:2103.10158"};
  static constexpr auto fields() {
    using Self = TrivialAugmentWide;
    return std::tuple{
        field(&Self::num_magnitude_bins, {.name = "num_magnitude_bins",
                                          .meaning = "number of magnitudes that are drawn from",
                                          .bounds = {.low = 2, .high = 1001}}),
        field(&Self::interpolation,
              {.name = "interpolation",
               .meaning = "interpolation of rotations, shears and translations; auto: nearest; "
                          "random: bilinear or bicubic, drawn for each of them"}),
        field(&Self::fill,
              {.name = "fill",
               .meaning = "value of pixels that come from outside the image, before normalization: "
                          "one for all channels, or three; an empty list: black",
               .bounds = {.low = 0, .high = 255}})};
  }
};

void apply(const TrivialAugmentWide& options, Frame& frame, Random& random);

/// The operations that are drawn from, with equal probability.
std::span<const Primitive> primitives(const TrivialAugmentWide& options);

}  // namespace temper::augment
