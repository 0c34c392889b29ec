#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Flips the image horizontally at random.
struct Flip {
  double p = 0.5;

  static constexpr std::string_view kind = "flip";
  static constexpr About about = {
      .summary = "Flips the image horizontally with the given probability.",
      .paper = "Krizhevsky et al. 2012, ImageNet classification with deep convolutional networks"};
  static constexpr auto fields() {
    return std::tuple{field(&Flip::p, {.name = "p",
                                       .meaning = "probability that an image is flipped",
                                       .bounds = {.low = 0, .high = 1},
                                       .scheduled = true})};
  }
};

void apply(const Flip& options, Frame& frame, Random& random);

}  // namespace temper::augment
