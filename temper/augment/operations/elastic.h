#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/warp_fields.h"
#include "temper/augment/pixels/elastic.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Displaces every pixel by a smooth random field.
struct Elastic {
  double alpha = 50;
  double sigma = 5;
  Interpolation interpolation = Interpolation::bilinear;
  std::int64_t fill = 0;
  double p = 1;

  /// Throws Error{Code::usage} for an interpolation other than nearest and bilinear.
  void check() const;

  static constexpr std::string_view kind = "elastic";
  static constexpr About about = {
      .summary =
          "Displaces every pixel by a smooth random field, as torchvision's "
          "ElasticTransform does.",
      .formula =
          "displacement to the right, and down = alpha / 2 * Gaussian blur of U(-1, 1), in "
          "pixels",
      .paper =
          "Simard et al. 2003, Best practices for convolutional neural networks applied to "
          "visual document analysis"};
  static constexpr auto fields() {
    using Self = Elastic;
    return std::tuple_cat(
        std::tuple{
            strength_field(&Self::alpha, "alpha", "strength of the displacements", "",
                           {.low = 0, .high = 10000}),
            strength_field(&Self::sigma, "sigma",
                           "standard deviation of the blur; 0: every pixel by itself", "pixels",
                           {.low = 0, .high = 100}),
            field(&Self::interpolation, {.name = "interpolation",
                                         .meaning = "interpolation method: nearest or bilinear"})},
        fill_fields<Self>());
  }
};

void apply(const Elastic& options, Frame& frame, Random& random);

/// The random field for an image of that size; with alpha = 0 the result is left as it is.
void random_displacement(const Elastic& options, Size size, Random& random, Displacement& result);

}  // namespace temper::augment
