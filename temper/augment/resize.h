#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/box.h"
#include "temper/augment/frame.h"
#include "temper/augment/interpolation.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Resizes the image to a length of its shorter side; the ratio of the sides stays.
struct Resize {
  Auto size = {};
  Interpolation interpolation = Interpolation::bilinear;

  static constexpr std::string_view kind = "resize";
  static constexpr About about = {
      .summary = "Resizes the image so that its shorter side has the given length.",
      .formula = "long side = floor(size * long / short); auto: size = floor(input / 0.875)"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Resize::size,
              {.name = "size",
               .meaning = "length of the shorter side; auto: the network's input / 0.875",
               .unit = "pixels",
               .bounds = {.low = 1, .high = 8192}}),
        field(&Resize::interpolation,
              {.name = "interpolation", .meaning = "how the image is resized"})};
  }
};

void apply(const Resize& options, Frame& frame, Random& random);

/// The size of an image whose shorter side becomes `side`.
Size resized(Size image, std::int64_t side);

}  // namespace temper::augment
