#pragma once
#include <array>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::augment {

/// Interpolation methods, with the pixels of Pillow. All but `nearest` widen their kernel when the
/// image shrinks (antialiasing), so that every source pixel contributes.
enum class Interpolation {
  bilinear,  ///< triangle, 1 pixel to either side
  bicubic,   ///< Keys' cubic with a = -1/2, 2 pixels to either side
  nearest,   ///< the nearest pixel
  box,       ///< mean of the source pixels that a pixel covers
  lanczos,   ///< windowed sinc, 3 pixels to either side
};

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::Interpolation> {
  static constexpr std::array<std::string_view, 5> value{"bilinear", "bicubic", "nearest", "box",
                                                         "lanczos"};
};
