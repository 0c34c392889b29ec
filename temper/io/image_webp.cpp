#include <fmt/format.h>
#include <webp/decode.h>

#include <string_view>

#include "temper/core/error.h"
#include "temper/io/image.h"
#include "temper/io/image_codec.h"

namespace temper::io {
namespace {

std::string_view reason_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
      return "out of memory";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "an unsupported feature";
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return "the file is cut short";
    default:
      return "its bitstream makes no sense";
  }
}

void check(VP8StatusCode status, const std::string& name) {
  if (status != VP8_STATUS_OK)
    codec::refuse(name, fmt::format("damaged WebP: {}", reason_of(status)));
}

}  // namespace

Image codec::decode_webp(std::span<const std::byte> bytes, const std::string& name,
                         const ImageLimits& limits) {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0)
    throw Error(Code::internal, "libwebp is not the version that temper was built with.");
  check(WebPGetFeatures(data, bytes.size(), &config.input), name);
  if (config.input.has_animation != 0) refuse(name, "an animated WebP; only still ones are read");

  Image image = allocate(name, static_cast<std::uint64_t>(config.input.height),
                         static_cast<std::uint64_t>(config.input.width), 3, limits);
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image.pixels.data();
  config.output.u.RGBA.stride = 3 * image.width;
  config.output.u.RGBA.size = image.pixels.size();
  const VP8StatusCode status = WebPDecode(data, bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  check(status, name);
  return image;
}

}  // namespace temper::io
