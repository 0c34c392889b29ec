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

/// Enlarges or shrinks the image around its center.
struct Zoom {
  double scale_low = 0.8;
  double scale_high = 1.25;
  Interpolation interpolation = Interpolation::nearest;
  std::int64_t fill = 0;
  double p = 1;

  /// Throws Error{Code::usage} for a lower end above its upper end and an interpolation that only
  /// resizes have.
  void check() const;

  static constexpr std::string_view kind = "zoom";
  static constexpr About about = {
      .summary =
          "Enlarges or shrinks the contents of the image around its center by a random "
          "factor, at the same size, as torchvision's functional.affine does.",
      .formula = "factor ~ U(scale_low, scale_high)"};
  static constexpr auto fields() {
    using Self = Zoom;
    constexpr Bounds scale = {.low = 0.01, .high = 100};
    return std::tuple_cat(
        std::tuple{
            strength_field(&Self::scale_low, "scale_low",
                           "lower end of the factor; below 1 the image shrinks", "", scale),
            strength_field(&Self::scale_high, "scale_high",
                           "upper end of the factor; above 1 the image is enlarged", "", scale)},
        warp_fields<Self>());
  }
};

void apply(const Zoom& options, Frame& frame, Random& random);

}  // namespace temper::augment
