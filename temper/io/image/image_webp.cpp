#include <fmt/format.h>
#include <webp/decode.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "temper/core/error.h"
#include "temper/io/image/image.h"
#include "temper/io/image/image_codec.h"
#include "temper/io/image/orientation.h"

namespace temper::io::codec {
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
      return "its bitstream is invalid";
  }
}

void check(VP8StatusCode status, const std::string& name) {
  if (status != VP8_STATUS_OK) refuse(name, fmt::format("damaged WebP: {}", reason_of(status)));
}

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 4; i > 0; --i)
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[i - 1]);
  return value;
}

/// The contents of a RIFF file's first chunk of that name; empty if it has none.
std::span<const std::byte> chunk(std::span<const std::byte> file, std::string_view name) {
  constexpr std::size_t before_chunks = 12, before_contents = 8;
  for (std::size_t at = before_chunks; at + before_contents <= file.size();) {
    const std::uint64_t size = little_endian(file.subspan(at + 4, 4));
    const auto rest = file.subspan(at + before_contents);
    if (size > rest.size()) return {};
    if (std::memcmp(file.data() + at, name.data(), 4) == 0)
      return rest.first(static_cast<std::size_t>(size));
    at += before_contents + static_cast<std::size_t>(size + size % 2);
  }
  return {};
}

class WebpReader : public Reader {
 public:
  Header begin(std::span<const std::byte> bytes, const std::string& name,
               const DecodeOptions& options) override {
    bytes_ = bytes;
    name_ = &name;
    if (WebPInitDecoderConfig(&config_) == 0)
      throw Error(Code::internal, "libwebp is not the version that temper was built with.");
    check(WebPGetFeatures(data(), bytes.size(), &config_.input), name);
    if (config_.input.has_animation != 0)
      refuse(name, "an animated WebP; only still images are supported");
    check_size(name, static_cast<std::uint64_t>(config_.input.height),
               static_cast<std::uint64_t>(config_.input.width), options.limits);
    constexpr std::uint64_t before_length = 8;
    if (little_endian(bytes.subspan(4, 4)) > bytes.size() - before_length)
      check(VP8_STATUS_NOT_ENOUGH_DATA, name);
    return {.height = config_.input.height,
            .width = config_.input.width,
            .channels = 3,
            .orientation = options.exif_orientation ? orientation_of(chunk(bytes, "EXIF")) : 1};
  }

  Decoded decode(const Region& region, int /*shrink*/, int /*channels*/, Buffer& out) override {
    // Chroma is stored for 2 x 2 pixels and interpolated, so the part is two pixels larger on every
    // side.
    constexpr int margin = 2;
    Decoded part{.top = std::max(region.top - margin, 0) & ~1,
                 .left = std::max(region.left - margin, 0) & ~1};
    auto& pixels = part.pixels;
    pixels.height = std::min(region.top + region.height + margin, config_.input.height) - part.top;
    pixels.width = std::min(region.left + region.width + margin, config_.input.width) - part.left;
    pixels.channels = 3;
    pixels.stride = 3 * std::ptrdiff_t{pixels.width};
    std::uint8_t* const first = out.reserve(pixels.size());
    pixels.data = first;
    if (pixels.height < config_.input.height || pixels.width < config_.input.width) {
      config_.options.use_cropping = 1;
      config_.options.crop_top = part.top;
      config_.options.crop_left = part.left;
      config_.options.crop_height = pixels.height;
      config_.options.crop_width = pixels.width;
    }
    config_.output.colorspace = MODE_RGB;
    config_.output.is_external_memory = 1;
    config_.output.u.RGBA.rgba = first;
    config_.output.u.RGBA.stride = static_cast<int>(pixels.stride);
    config_.output.u.RGBA.size = pixels.size();
    const VP8StatusCode status = WebPDecode(data(), bytes_.size(), &config_);
    WebPFreeDecBuffer(&config_.output);
    check(status, *name_);
    return part;
  }

  void end() noexcept override { bytes_ = {}; }

 private:
  [[nodiscard]] const std::uint8_t* data() const {
    return reinterpret_cast<const std::uint8_t*>(bytes_.data());
  }

  std::span<const std::byte> bytes_;
  const std::string* name_ = nullptr;
  WebPDecoderConfig config_{};
};

}  // namespace

std::unique_ptr<Reader> webp_reader() {
  return std::make_unique<WebpReader>();
}

}  // namespace temper::io::codec
