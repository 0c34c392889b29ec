#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/box.h"
#include "temper/augment/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Crops the center of the image.
struct CenterCrop {
  Auto size = {};

  static constexpr std::string_view kind = "center_crop";
  static constexpr About about = {
      .summary = "Crops the center of the image; a smaller image is padded with black."};
  static constexpr auto fields() {
    return std::tuple{
        field(&CenterCrop::size, {.name = "size",
                                  .meaning = "height and width; auto: the network's input size",
                                  .unit = "pixels",
                                  .bounds = {.low = 1, .high = 8192}})};
  }
};

void apply(const CenterCrop& options, Frame& frame, Random& random);

/// The center crop's box with torchvision's rounding, half to even.
Box center_box(Size image, Size crop);

}  // namespace temper::augment
