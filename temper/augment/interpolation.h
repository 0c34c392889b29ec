#pragma once
#include <array>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::augment {

/// How an image is resized. Both as Pillow does it: the kernel is stretched when the image shrinks
/// (antialiased).
enum class Interpolation {
  bilinear,  ///< triangle, 1 pixel to either side
  bicubic,   ///< Keys' cubic with a = -1/2, 2 pixels to either side
};

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::Interpolation> {
  static constexpr std::array<std::string_view, 2> value{"bilinear", "bicubic"};
};
