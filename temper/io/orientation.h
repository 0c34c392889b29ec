#pragma once
#include <cstddef>
#include <span>

#include "temper/io/image.h"
#include "temper/io/image_codec.h"

/// EXIF's orientation: how a picture is stored, and how to look at it.
///
///   1 upright   2 mirrored left to right   3 upside down   4 mirrored top to bottom
///   5 transposed   6 to be turned clockwise   7 transposed along the other diagonal
///   8 to be turned counter-clockwise
namespace temper::io::codec {

/// Of EXIF data, which is a TIFF file with or without "Exif\0\0" before it; 1 where it has none or
/// makes no sense.
int orientation_of(std::span<const std::byte> exif);

/// True where rows become columns.
constexpr bool is_transposed(int orientation) {
  return orientation >= 5;
}

/// Where a part of the upright picture lies in the stored one.
/// @param height, width  of the stored picture
Region stored_region(const Region& upright, int orientation, int height, int width);

/// The pixels upright; `out` is where they lie then.
Pixels turned(const Pixels& stored, int orientation, Buffer& out);

}  // namespace temper::io::codec
