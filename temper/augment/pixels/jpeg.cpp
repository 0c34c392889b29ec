#include "temper/augment/pixels/jpeg.h"

#include <string>

#include "temper/io/image/picture.h"

namespace temper::augment {

void jpeg(io::Image& image, int quality, io::Subsampling subsampling) {
  // Reused from image to image.
  thread_local io::JpegEncoder encode(/*optimize=*/false);
  thread_local io::Picture picture;
  static const std::string name = "the image as a JPEG";
  const auto file = encode(image, {.quality = quality, .subsampling = subsampling});
  picture.encoded(file, name, {.channels = image.channels});
  picture.copy_to(image);
}

}  // namespace temper::augment
