#pragma once
#include "temper/io/image/image.h"

namespace temper::corrupt {

/// OpenCV's interpolation of 8-bit images without antialiasing: Keys' cubic with a = -3/4, or
/// linear.
enum class Resize8 : std::uint8_t { cubic, linear };

/// The window of `to`'s size, from (top, left) on, of an image resized to that height and width,
/// with weights of 11 fractional bits.
/// @param scale  source pixels per pixel of the result
void resize_window(const io::Image& from, Resize8 method, double scale_y, double scale_x, int top,
                   int left, io::Image& to);

}  // namespace temper::corrupt
