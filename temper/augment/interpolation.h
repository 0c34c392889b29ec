#pragma once
#include <array>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::augment {

/// How an image is resized, with Pillow's pixels. All but `nearest` stretch their kernel when the
/// image shrinks (antialiasing), so that every pixel of it counts.
enum class Interpolation {
  bilinear,  ///< triangle, 1 pixel to either side
  bicubic,   ///< Keys' cubic with a = -1/2, 2 pixels to either side
  nearest,   ///< the pixel that lies there
  box,       ///< the mean of the pixels that a pixel covers
  lanczos,   ///< windowed sinc, 3 pixels to either side
};

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::Interpolation> {
  static constexpr std::array<std::string_view, 5> value{"bilinear", "bicubic", "nearest", "box",
                                                         "lanczos"};
};
