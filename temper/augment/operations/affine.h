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

/// Rotates, moves, scales and shears the image in one transform around its center.
struct RandomAffine {
  double degrees_low = -10;
  double degrees_high = 10;
  double translate_x = 0.1;
  double translate_y = 0.1;
  double scale_low = 0.9;
  double scale_high = 1.1;
  double shear_x_low = 0;
  double shear_x_high = 0;
  double shear_y_low = 0;
  double shear_y_high = 0;
  Interpolation interpolation = Interpolation::nearest;
  std::int64_t fill = 0;
  double p = 1;

  /// Throws Error{Code::usage} for a lower end above its upper end and an interpolation that only
  /// resizes have.
  void check() const;

  static constexpr std::string_view kind = "affine";
  static constexpr About about = {
      .summary =
          "Rotates, moves, scales and shears the image around its center in one "
          "transform, as torchvision's RandomAffine does.",
      .formula =
          "angle ~ U(degrees_low, degrees_high), clockwise\n"
          "to the right: round(U(-translate_x, translate_x) * width), down: "
          "round(U(-translate_y, translate_y) * height)\n"
          "factor ~ U(scale_low, scale_high)\n"
          "shears ~ U(shear_x_low, shear_x_high), U(shear_y_low, shear_y_high)"};
  static constexpr auto fields() {
    using Self = RandomAffine;
    constexpr Bounds degrees = {.low = -360, .high = 360};
    constexpr Bounds share = {.low = 0, .high = 1};
    constexpr Bounds scale = {.low = 0.01, .high = 100};
    constexpr Bounds shear = {.low = -90, .high = 90, .open_low = true, .open_high = true};
    return std::tuple_cat(
        std::tuple{
            strength_field(&Self::degrees_low, "degrees_low", "lower end of the angle, clockwise",
                           "degrees", degrees),
            strength_field(&Self::degrees_high, "degrees_high", "upper end of the angle, clockwise",
                           "degrees", degrees),
            strength_field(&Self::translate_x, "translate_x",
                           "largest shift, as a share of the width", "", share),
            strength_field(&Self::translate_y, "translate_y",
                           "largest shift, as a share of the height", "", share),
            strength_field(&Self::scale_low, "scale_low",
                           "lower end of the factor; below 1 the image shrinks", "", scale),
            strength_field(&Self::scale_high, "scale_high",
                           "upper end of the factor; above 1 the image is enlarged", "", scale),
            strength_field(&Self::shear_x_low, "shear_x_low",
                           "lower end of the angle by which rows move", "degrees", shear),
            strength_field(&Self::shear_x_high, "shear_x_high",
                           "upper end of the angle by which rows move", "degrees", shear),
            strength_field(&Self::shear_y_low, "shear_y_low",
                           "lower end of the angle by which columns move", "degrees", shear),
            strength_field(&Self::shear_y_high, "shear_y_high",
                           "upper end of the angle by which columns move", "degrees", shear)},
        warp_fields<Self>());
  }
};

void apply(const RandomAffine& options, Frame& frame, Random& random);

}  // namespace temper::augment
