#pragma once
#include <cstddef>
#include <vector>

#include "temper/io/image/image.h"

namespace temper::io {

struct JpegOptions {
  int quality = 90;     ///< libjpeg's, 1 to 100
  int orientation = 1;  ///< EXIF's, 1 to 8; written into the file unless 1
  /// Restart interval in multiples of 16 pixels of width, 0 to 32,767; 0: no restart markers. With
  /// markers, temper decodes parts of an image faster, other decoders take a little longer for all
  /// of it, and the file is a few bytes larger.
  int restart = 0;
};

/// A baseline JPEG file of an image, with libjpeg's quantization tables, 4:2:0 chroma subsampling,
/// and one channel if the image is gray or its red, green and blue are equal everywhere. The bytes
/// depend on the image, the options and libjpeg's version.
/// @param image  1 or 3 channels, height and width of 1 to 65,500 pixels
/// @throws Error{Code::data} for another size; the message does not name the image
std::vector<std::byte> encode_jpeg(const Image& image, const JpegOptions& options = {});

}  // namespace temper::io
