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

/// Shears the image around its center.
struct Shear {
  double x_low = -15;
  double x_high = 15;
  double y_low = 0;
  double y_high = 0;
  Interpolation interpolation = Interpolation::nearest;
  std::int64_t fill = 0;
  double p = 1;

  /// Throws Error{Code::usage} for a lower end above its upper end and an interpolation that only
  /// resizes have.
  void check() const;

  static constexpr std::string_view kind = "shear";
  static constexpr About about = {
      .summary =
          "Shears the image around its center by random angles, as torchvision's "
          "functional.affine does.",
      .formula =
          "x ~ U(x_low, x_high), y ~ U(y_low, y_high)\n"
          "rows move by the tangent of x times their distance from the center, columns by "
          "that of y"};
  static constexpr auto fields() {
    using Self = Shear;
    constexpr Bounds degrees = {.low = -90, .high = 90, .open_low = true, .open_high = true};
    return std::tuple_cat(
        std::tuple{
            strength_field(&Self::x_low, "x_low", "lower end of the angle by which rows move",
                           "degrees", degrees),
            strength_field(&Self::x_high, "x_high", "upper end of the angle by which rows move",
                           "degrees", degrees),
            strength_field(&Self::y_low, "y_low", "lower end of the angle by which columns move",
                           "degrees", degrees),
            strength_field(&Self::y_high, "y_high", "upper end of the angle by which columns move",
                           "degrees", degrees)},
        warp_fields<Self>());
  }
};

void apply(const Shear& options, Frame& frame, Random& random);

}  // namespace temper::augment
