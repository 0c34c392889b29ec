#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/warp_fields.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Moves the image.
struct Translate {
  double x = 0.125;
  double y = 0.125;
  std::int64_t fill = 0;
  double p = 1;

  static constexpr std::string_view kind = "translate";
  static constexpr About about = {
      .summary =
          "Moves the image by a random number of pixels, up to a share of its width and "
          "height.",
      .formula = "to the right: round(U(-x, x) * width), down: round(U(-y, y) * height)"};
  static constexpr auto fields() {
    using Self = Translate;
    constexpr Bounds share = {.low = 0, .high = 1};
    return std::tuple_cat(
        std::tuple{
            strength_field(&Self::x, "x", "largest shift, as a share of the width", "", share),
            strength_field(&Self::y, "y", "largest shift, as a share of the height", "", share)},
        fill_fields<Self>());
  }
};

void apply(const Translate& options, Frame& frame, Random& random);

/// A whole number of pixels, uniform up to that share of a length, each way; rounded half to even.
double random_shift(double share, std::int64_t length, Random& random);

}  // namespace temper::augment
