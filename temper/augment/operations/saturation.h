#pragma once
#include <string_view>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Makes the colors paler or stronger.
struct Saturation {
  double factor_low = 0.6;
  double factor_high = 1.4;
  double p = 1;

  /// Throws Error{Code::usage} for a lower bound above its upper bound.
  void check() const;

  static constexpr std::string_view kind = "saturation";
  static constexpr About about = {
      .summary =
          "Blends the image with its gray version by a random factor, as PIL.ImageEnhance.Color "
          "does: 0 gives gray, 1 leaves the image as it is. Gray images do not change.",
      .formula =
          "sample = gray + factor * (sample - gray), clipped to [0, 255]\n"
          "factor = U(factor_low, factor_high)",
      .paper =
          "Howard 2013, Some improvements on deep convolutional neural network based image "
          "classification, arXiv:1312.5402"};
  static constexpr auto fields() { return factor_fields<Saturation>(); }
};

void apply(const Saturation& options, Frame& frame, Random& random);

}  // namespace temper::augment
