#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/box.h"
#include "temper/augment/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// The middle of the image.
struct CenterCrop {
  Auto size = {};

  static constexpr std::string_view kind = "center_crop";
  static constexpr About about = {
      .summary = "Cuts the middle out of the image; a smaller image gets a black border."};
  static constexpr auto fields() {
    return std::tuple{
        field(&CenterCrop::size, {.name = "size",
                                  .meaning = "height and width; auto: the network's input",
                                  .unit = "pixels",
                                  .bounds = {.low = 1, .high = 8192}})};
  }
};

void apply(const CenterCrop& options, Frame& frame, Random& random);

/// Where the middle is: torchvision's rounding, halves to even.
Box center_box(Size image, Size crop);

}  // namespace temper::augment
