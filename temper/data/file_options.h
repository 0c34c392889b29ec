#pragma once
#include <cstdint>

#include "temper/io/image.h"

namespace temper::data {

/// How a set of encoded pictures is read.
struct FileOptions {
  int channels = 3;                             ///< 1: pictures become grey, 3: RGB
  std::int64_t memory = std::int64_t{2} << 30;  ///< bytes of pixels kept decoded at most
  io::Decode decode = io::Decode::exact;
  bool exif_orientation = false;  ///< turn pictures upright as their EXIF data says
  double read_timeout = 0;        ///< seconds after which a file that does not come is an error; 0:
                                  ///< never
  /// A picture that can't be read or decoded while the set goes into memory is no error then, but
  /// each time that it is read.
  bool keep_bad = false;

  [[nodiscard]] io::DecodeOptions decoding() const {
    return {.channels = channels, .decode = decode, .exif_orientation = exif_orientation};
  }
};

}  // namespace temper::data
