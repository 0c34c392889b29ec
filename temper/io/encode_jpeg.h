#pragma once
#include <cstddef>
#include <vector>

#include "temper/io/image.h"

namespace temper::io {

struct JpegOptions {
  int quality = 90;     ///< libjpeg's, 1 to 100
  int orientation = 1;  ///< EXIF's, 1 to 8; another than 1 is written into the file
  /// A restart marker after blocks of so many times 16 pixels' width, 0 to 32,767; 0: none. Where
  /// there are some, parts of the image take less time to decode here, all of it a little more with
  /// other decoders, and the file a few bytes.
  int restart = 0;
};

/// A baseline JPEG file of an image: libjpeg's tables, colours at half resolution both ways, one
/// channel where the image is grey or red, green and blue are everywhere equal. The bytes depend on
/// the image, the options and libjpeg's version.
/// @param image  1 or 3 channels, 1 to 65,500 pixels each way
/// @throws Error{Code::data} for another size, naming nothing: the caller knows the picture
std::vector<std::byte> encode_jpeg(const Image& image, const JpegOptions& options = {});

}  // namespace temper::io
