#pragma once
#include <cstddef>
#include <span>

#include "temper/io/image/image.h"
#include "temper/io/image/image_codec.h"

/// The EXIF orientation: how the stored image is related to the upright one.
///
///   1 upright   2 mirrored left to right   3 upside down   4 mirrored top to bottom
///   5 transposed   6 to be rotated 90 degrees clockwise   7 transposed along the other diagonal
///   8 to be rotated 90 degrees counter-clockwise
namespace temper::io::codec {

/// The orientation in EXIF data, which is a TIFF file with or without "Exif\0\0" before it; 1 if it
/// has none or is invalid. As for Pillow's exif_transpose(), any type of integer will do, and the
/// first of several numbers counts.
int orientation_of(std::span<const std::byte> exif);

/// Whether rows become columns.
constexpr bool is_transposed(int orientation) {
  return orientation >= 5;
}

/// The region of the stored image that contains a region of the upright one.
/// @param height, width  of the stored image
Region stored_region(const Region& upright, int orientation, int height, int width);

/// The pixels of the upright image, stored in `out`.
Pixels apply_orientation(const Pixels& stored, int orientation, Buffer& out);

}  // namespace temper::io::codec
