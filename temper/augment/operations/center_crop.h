#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/border_fields.h"
#include "temper/augment/pixels/border.h"
#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Crops the center of the image.
struct CenterCrop {
  Auto size = {};
  std::int64_t fill = 0;
  Border padding_mode = Border::constant;

  static constexpr bool fits_input() { return true; }
  static constexpr std::string_view kind = "center_crop";
  static constexpr About about = {.summary =
                                      "Crops the center of the image; a smaller image is padded."};
  static constexpr auto fields() {
    return std::tuple_cat(std::tuple{field(&CenterCrop::size, kCropSize)},
                          border_fields<CenterCrop>());
  }
};

void apply(const CenterCrop& options, Frame& frame, Random& random);

/// The center crop's box with torchvision's rounding, half to even.
Box center_box(Size image, Size crop);

}  // namespace temper::augment
