#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/warp_fields.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Rotates the image around its center.
struct Rotate {
  double degrees_low = -30;
  double degrees_high = 30;
  Interpolation interpolation = Interpolation::nearest;
  std::int64_t fill = 0;
  double p = 1;

  /// Throws Error{Code::usage} for a lower end above its upper end and an interpolation that only
  /// resizes have.
  void check() const;

  static constexpr std::string_view kind = "rotate";
  static constexpr About about = {
      .summary =
          "Rotates the image around its center by a random angle, at the same size, as "
          "PIL.Image.rotate does: half turns, and quarter turns of square images, only move "
          "pixels.",
      .formula = "angle ~ U(degrees_low, degrees_high), counterclockwise"};
  static constexpr auto fields() {
    using Self = Rotate;
    constexpr Bounds degrees = {.low = -360, .high = 360};
    return std::tuple_cat(
        std::tuple{strength_field(&Self::degrees_low, "degrees_low",
                                  "lower end of the angle, counterclockwise", "degrees", degrees),
                   strength_field(&Self::degrees_high, "degrees_high",
                                  "upper end of the angle, counterclockwise", "degrees", degrees)},
        warp_fields<Self>());
  }
};

void apply(const Rotate& options, Frame& frame, Random& random);

}  // namespace temper::augment
