#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// 3-Augment: gray, solarized or blurred; then color jitter.
struct ThreeAugment {
  double threshold = 128;
  double radius_low = 0.1;
  double radius_high = 2;
  double color_jitter = 0.3;

  /// Throws Error{Code::usage} for a lower bound above its upper bound.
  void check() const;

  static constexpr std::string_view kind = "three_augment";
  static constexpr About about = {
      .summary =
          "3-Augment: makes the image gray, solarizes it or blurs it, each with probability 1/3, "
          "and then changes brightness, contrast and saturation, in random order. timm's 3a, "
          "where color_jitter is an option of its own, 0.4 by default.",
      .formula =
          "blur: Pillow's radius ~ U(radius_low, radius_high)\n"
          "factors of brightness, contrast, saturation ~ U(1 - color_jitter, 1 + "
          "color_jitter)",
      .paper = "Touvron et al. 2022, DeiT III: revenge of the ViT, arXiv:2204.07118"};
  static constexpr auto fields() {
    using Self = ThreeAugment;
    constexpr Bounds radius = {.low = 0, .high = 100};
    return std::tuple{
        field(&Self::threshold,
              {.name = "threshold",
               .meaning = "lowest value that is inverted where the image is solarized; 256: none",
               .bounds = {.low = 0, .high = 256},
               .scheduled = true}),
        field(&Self::radius_low, {.name = "radius_low",
                                  .meaning = "lower bound of the blur's radius",
                                  .unit = "pixels",
                                  .bounds = radius,
                                  .scheduled = true}),
        field(&Self::radius_high, {.name = "radius_high",
                                   .meaning = "upper bound of the blur's radius",
                                   .unit = "pixels",
                                   .bounds = radius,
                                   .scheduled = true}),
        field(&Self::color_jitter,
              {.name = "color_jitter",
               .meaning = "largest change of the factors of brightness, contrast and saturation; "
                          "0: none is changed",
               .bounds = {.low = 0, .high = 1},
               .scheduled = true})};
  }
};

void apply(const ThreeAugment& options, Frame& frame, Random& random);

}  // namespace temper::augment
