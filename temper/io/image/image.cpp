#include "temper/io/image/image.h"

#include <fmt/format.h>

#include <utility>

#include "temper/core/error.h"
#include "temper/io/image/image_codec.h"
#include "temper/io/image/luma.h"
#include "temper/io/image/picture.h"

namespace temper::io {
namespace {

Image grey_of(const Image& image) {
  Image grey{.height = image.height, .width = image.width, .channels = 1, .pixels = {}};
  grey.pixels.resize(grey.size());
  codec::to_grey(image.pixels.data(), grey.pixels.size(), grey.pixels.data());
  return grey;
}

Image colour_of(const Image& image) {
  Image colour{.height = image.height, .width = image.width, .channels = 3, .pixels = {}};
  colour.pixels.resize(colour.size());
  codec::to_colour(image.pixels.data(), image.pixels.size(), colour.pixels.data());
  return colour;
}

}  // namespace

Image decode_image(std::span<const std::byte> bytes, const std::string& name, int channels,
                   const ImageLimits& limits) {
  Picture picture;
  picture.encoded(bytes, name, {.channels = channels, .limits = limits});
  Image image;
  picture.copy_to(image);
  return image;
}

int exif_orientation(std::span<const std::byte> bytes, const std::string& name) {
  return codec::Decoder().begin(bytes, name, {.exif_orientation = true}).orientation;
}

Image with_channels(Image image, int channels) {
  if ((channels != 1 && channels != 3) || (image.channels != 1 && image.channels != 3))
    throw Error(Code::internal,
                fmt::format("an image of {} channels can't be converted to {} channels.",
                            image.channels, channels));
  if (image.channels == channels) return image;
  return channels == 1 ? grey_of(image) : colour_of(image);
}

}  // namespace temper::io
