#pragma once
#include <tuple>

#include "temper/augment/pixels/border.h"
#include "temper/core/fields.h"

namespace temper::augment {

/// What a crop that reaches beyond the image finds there.
template <class Options>
constexpr auto border_fields() {
  return std::tuple{
      field(&Options::fill, {.name = "fill",
                             .meaning = "fill value of the padding, before normalization",
                             .bounds = {.low = 0, .high = 255}}),
      field(&Options::padding_mode,
            {.name = "padding_mode",
             .meaning = "constant: the fill value; reflect and symmetric: the image mirrored "
                        "without and with its outermost pixels; edge: the outermost pixels"})};
}

/// The height and width of a crop.
inline constexpr Meta kCropSize{.name = "size",
                                .meaning = "height and width; auto: the network's input size",
                                .unit = "pixels",
                                .bounds = {.low = 1, .high = 8192}};

/// The padding around an image.
inline constexpr Meta kPadding{.name = "padding",
                               .meaning = "padding on each side",
                               .unit = "pixels",
                               .bounds = {.low = 0, .high = 1024}};

}  // namespace temper::augment
