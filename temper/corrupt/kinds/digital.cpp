#include "temper/corrupt/kinds/digital.h"

#include "temper/augment/pixels/jpeg.h"

namespace temper::corrupt {

void pixelate(io::Image& image, double scale, bool nearest, Workspace& memory) {
  const augment::Size size{image.height, image.width};
  const auto shrunk = [scale](std::int64_t side) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(side) * scale));
  };
  auto& frame = memory.frame;
  frame.begin(image);
  frame.resize({shrunk(size.height), shrunk(size.width)}, augment::Interpolation::box);
  frame.resize(size, nearest ? augment::Interpolation::nearest : augment::Interpolation::box);
  const auto& pixels = frame.pixels().pixels;
  image.pixels.assign(pixels.begin(), pixels.end());
}

void jpeg_compression(io::Image& image, int quality) {
  augment::jpeg(image, quality);
}

}  // namespace temper::corrupt
