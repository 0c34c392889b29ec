#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Flips the image vertically at random.
struct VerticalFlip {
  double p = 0.5;

  static constexpr std::string_view kind = "vertical_flip";
  static constexpr About about = {.summary =
                                      "Flips the image vertically with the given probability."};
  static constexpr auto fields() {
    return std::tuple{field(&VerticalFlip::p, {.name = "p",
                                               .meaning = "probability that an image is flipped",
                                               .bounds = {.low = 0, .high = 1},
                                               .scheduled = true})};
  }
};

void apply(const VerticalFlip& options, Frame& frame, Random& random);

}  // namespace temper::augment
