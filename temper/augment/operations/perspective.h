#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/warp_fields.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/augment/pixels/warp.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Moves the corners of the image inwards at random.
struct RandomPerspective {
  double distortion_scale = 0.5;
  Interpolation interpolation = Interpolation::bilinear;
  std::int64_t fill = 0;
  double p = 0.5;

  /// Throws Error{Code::usage} for an interpolation that only resizes have.
  void check() const;

  static constexpr std::string_view kind = "perspective";
  static constexpr About about = {
      .summary =
          "Moves each corner of the image inwards at random, as torchvision's "
          "RandomPerspective does. Where three new corners lie on a line, which happens in "
          "images of a few pixels and, rarely, for a distortion_scale above 2/3, the image stays "
          "as "
          "it is.",
      .formula =
          "each corner moves to the right or left by 0 to floor(distortion_scale * "
          "floor(width / 2)) pixels, up or down by 0 to floor(distortion_scale * "
          "floor(height / 2))"};
  static constexpr auto fields() {
    using Self = RandomPerspective;
    return std::tuple_cat(
        std::tuple{strength_field(&Self::distortion_scale, "distortion_scale",
                                  "how far corners move at most, as a share of half the size", "",
                                  {.low = 0, .high = 1})},
        warp_fields<Self>());
  }
};

void apply(const RandomPerspective& options, Frame& frame, Random& random);

/// The centers of the corner pixels, counted from the center of the first one, as torchvision does.
Corners corners_of(Size image);
/// Where they move to.
Corners random_corners(double distortion_scale, Size image, Random& random);

}  // namespace temper::augment
