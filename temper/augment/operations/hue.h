#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Turns all colors by the same angle.
struct Hue {
  double shift_low = -0.1;
  double shift_high = 0.1;
  double p = 1;

  /// Throws Error{Code::usage} for a lower bound above its upper bound.
  void check() const;

  static constexpr std::string_view kind = "hue";
  static constexpr About about = {
      .summary =
          "Shifts the hue by a random part of the color circle, as torchvision's adjust_hue does "
          "with PIL images: 0.5 or -0.5 gives the opposite colors. Gray images do not change.",
      .formula =
          "hue = hue + trunc(255 * shift) modulo 256, in HSV with 8 bits\n"
          "shift = U(shift_low, shift_high)",
      .paper =
          "Chen et al. 2020, A simple framework for contrastive learning of visual "
          "representations, arXiv:2002.05709"};
  static constexpr auto fields() {
    return std::tuple{field(&Hue::shift_low, {.name = "shift_low",
                                              .meaning = "lower bound of the shift",
                                              .unit = "color circle",
                                              .bounds = {.low = -0.5, .high = 0.5},
                                              .scheduled = true}),
                      field(&Hue::shift_high, {.name = "shift_high",
                                               .meaning = "upper bound of the shift",
                                               .unit = "color circle",
                                               .bounds = {.low = -0.5, .high = 0.5},
                                               .scheduled = true}),
                      field(&Hue::p, kProbability)};
  }
};

void apply(const Hue& options, Frame& frame, Random& random);

}  // namespace temper::augment
