#include "temper/io/image.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/image_codec.h"

namespace temper::io {
namespace {

bool has_at(std::span<const std::byte> bytes, std::size_t offset, std::string_view signature) {
  if (bytes.size() < offset + signature.size()) return false;
  const auto part = bytes.subspan(offset, signature.size());
  return std::equal(part.begin(), part.end(), signature.begin(),
                    [](std::byte a, char b) { return a == static_cast<std::byte>(b); });
}

Image decode_as_stored(std::span<const std::byte> bytes, const std::string& name,
                       const ImageLimits& limits) {
  if (bytes.empty()) codec::refuse(name, "the file is empty");
  if (has_at(bytes, 0, "\x89PNG\r\n\x1a\n")) return codec::decode_png(bytes, name, limits);
  if (has_at(bytes, 0, "\xff\xd8\xff")) return codec::decode_jpeg(bytes, name, limits);
  if (has_at(bytes, 0, "RIFF") && has_at(bytes, 8, "WEBP"))
    return codec::decode_webp(bytes, name, limits);
  std::vector<int> begin;
  for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 8)))
    begin.push_back(std::to_integer<int>(byte));
  codec::refuse(name, fmt::format("not a PNG, JPEG or WebP file (it begins with {:02x})",
                                  fmt::join(begin, " ")));
}

Image grey_of(const Image& image) {
  Image grey{.height = image.height, .width = image.width, .channels = 1, .pixels = {}};
  grey.pixels.resize(grey.size());
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    const std::uint32_t red = image.pixels[3 * i];
    const std::uint32_t green = image.pixels[3 * i + 1];
    const std::uint32_t blue = image.pixels[3 * i + 2];
    grey.pixels[i] =
        static_cast<std::uint8_t>((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
  }
  return grey;
}

Image colour_of(const Image& image) {
  Image colour{.height = image.height, .width = image.width, .channels = 3, .pixels = {}};
  colour.pixels.resize(colour.size());
  for (std::size_t i = 0; i < colour.pixels.size(); ++i) colour.pixels[i] = image.pixels[i / 3];
  return colour;
}

}  // namespace

Image decode_image(std::span<const std::byte> bytes, const std::string& name, int channels,
                   const ImageLimits& limits) {
  return with_channels(decode_as_stored(bytes, name, limits), channels);
}

Image with_channels(Image image, int channels) {
  if ((channels != 1 && channels != 3) || (image.channels != 1 && image.channels != 3))
    throw Error(Code::internal, fmt::format("an image of {} channels was asked for as {}.",
                                            image.channels, channels));
  if (image.channels == channels) return image;
  return channels == 1 ? grey_of(image) : colour_of(image);
}

namespace codec {

void refuse(const std::string& name, const std::string& reason) {
  throw Error(Code::data, fmt::format("image {}: {}.", name, reason));
}

Image allocate(const std::string& name, std::uint64_t height, std::uint64_t width, int channels,
               const ImageLimits& limits) {
  constexpr std::uint64_t max_side = 0x7FFFFFFF;  // so that the product has 62 bits
  if (height == 0 || width == 0) refuse(name, "it has no pixels");
  if (height > max_side || width > max_side ||
      height * width > static_cast<std::uint64_t>(limits.max_pixels))
    refuse(name, fmt::format("{}x{} pixels, more than the limit of {} in all", width, height,
                             limits.max_pixels));
  Image image{.height = static_cast<int>(height),
              .width = static_cast<int>(width),
              .channels = channels,
              .pixels = {}};
  image.pixels.resize(image.size());
  return image;
}

}  // namespace codec
}  // namespace temper::io
