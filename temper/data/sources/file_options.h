#pragma once
#include <cstdint>

#include "temper/io/image/image.h"

namespace temper::data {

/// How a set of encoded images is read.
struct FileOptions {
  int channels = 3;                             ///< 1: images are converted to grayscale; 3: to RGB
  std::int64_t memory = std::int64_t{2} << 30;  ///< memory budget for decoded images in bytes
  io::Decode decode = io::Decode::exact;
  bool exif_orientation = false;  ///< rotate and mirror images according to their EXIF orientation
  double read_timeout = 0;        ///< maximum time to read a file, in seconds; 0: no limit
  /// An image that can't be read or decoded while the set is loaded into memory is an error only
  /// when it is read, each time; otherwise UnreadableImage is thrown at once.
  bool keep_bad = false;
  /// Where a set has more than so many bytes, decoded, the size that all of its images have is not
  /// looked for.
  std::int64_t sized_bytes = std::int64_t{2} << 30;
  /// True: a set that does not fit into memory is read once when it is opened, for
  /// Source::content().
  bool hash_contents = false;

  [[nodiscard]] io::DecodeOptions decoding() const {
    return {.channels = channels, .decode = decode, .exif_orientation = exif_orientation};
  }
};

}  // namespace temper::data
