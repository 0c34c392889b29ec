#pragma once
#include <string_view>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Blurs or sharpens the image.
struct Sharpness {
  double factor_low = 0;
  double factor_high = 2;
  double p = 0.5;

  /// Throws Error{Code::usage} for a lower bound above its upper bound.
  void check() const;

  static constexpr std::string_view kind = "sharpness";
  static constexpr About about = {
      .summary =
          "Blends the image with a smoothed version by a random factor, as "
          "PIL.ImageEnhance.Sharpness does: 0 gives the smoothed image, 1 leaves the image as it "
          "is, 2 sharpens it. Pixels at the edges do not change.",
      .formula =
          "smooth = a 3 x 3 filter with the weight 5/13 in the center and 1/13 around it\n"
          "sample = smooth + factor * (sample - smooth), clipped to [0, 255]\n"
          "factor = U(factor_low, factor_high)",
      .paper =
          "Cubuk et al. 2019, AutoAugment: learning augmentation policies from data, "
          "arXiv:1805.09501"};
  static constexpr auto fields() { return factor_fields<Sharpness>(); }
};

void apply(const Sharpness& options, Frame& frame, Random& random);

}  // namespace temper::augment
