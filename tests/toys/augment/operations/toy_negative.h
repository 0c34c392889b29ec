#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Inverts the pixels at random.
struct ToyNegative {
  double p = 0.5;

  static constexpr std::string_view kind = "toy_negative";
  static constexpr About about = {
      .summary = "Replaces the image by its negative with the given probability.",
      .formula = "x <- 255 - x"};
  static constexpr auto fields() {
    return std::tuple{field(&ToyNegative::p, {.name = "p",
                                              .meaning = "probability that an image is inverted",
                                              .bounds = {.low = 0, .high = 1},
                                              .scheduled = true})};
  }
};

void apply(const ToyNegative& options, Frame& frame, Random& random);

}  // namespace temper::augment
