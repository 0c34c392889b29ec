#include "temper/io/image/image_codec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/image/luma.h"
#include "temper/io/image/orientation.h"

namespace temper::io::codec {
namespace {

bool has_at(std::span<const std::byte> bytes, std::size_t offset, std::string_view signature) {
  if (bytes.size() < offset + signature.size()) return false;
  const auto part = bytes.subspan(offset, signature.size());
  return std::equal(part.begin(), part.end(), signature.begin(),
                    [](std::byte a, char b) { return a == static_cast<std::byte>(b); });
}

/// The part of `decoded` that is exactly `region` of the image.
Pixels part_of(const Decoded& decoded, const Region& region) {
  const Pixels& all = decoded.pixels;
  return {
      all.row(region.top - decoded.top) + std::ptrdiff_t{region.left - decoded.left} * all.channels,
      all.stride, region.height, region.width, all.channels};
}

Pixels converted(const Pixels& from, int channels, Buffer& out) {
  Pixels to(nullptr, std::ptrdiff_t{from.width} * channels, from.height, from.width, channels);
  std::uint8_t* row = out.reserve(to.size());
  to.data = row;
  const auto width = static_cast<std::size_t>(from.width);
  for (int y = 0; y < from.height; ++y, row += to.stride)
    channels == 1 ? to_grey(from.row(y), width, row) : to_colour(from.row(y), width, row);
  return to;
}

}  // namespace

struct Decoder::State {
  std::unique_ptr<Reader> jpeg;
  std::unique_ptr<Reader> png;
  std::unique_ptr<Reader> webp;

  Reader* reader = nullptr;
  std::span<const std::byte> bytes;
  std::string name;
  DecodeOptions options;
  Header header;  ///< of the file, before its orientation is applied
  bool begun = false;

  Buffer stored;
  Buffer in_channels;
  Buffer upright;

  Reader& reader_for() {
    const auto made = [](std::unique_ptr<Reader>& which, auto make) -> Reader& {
      if (!which) which = make();
      return *which;
    };
    if (bytes.empty()) refuse(name, "the file is empty");
    if (has_at(bytes, 0, "\x89PNG\r\n\x1a\n")) return made(png, png_reader);
    if (has_at(bytes, 0, "\xff\xd8\xff")) return made(jpeg, jpeg_reader);
    if (has_at(bytes, 0, "RIFF") && has_at(bytes, 8, "WEBP")) return made(webp, webp_reader);
    std::vector<int> first;
    for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 8)))
      first.push_back(std::to_integer<int>(byte));
    refuse(name, fmt::format("not a PNG, JPEG or WebP file (it begins with {:02x})",
                             fmt::join(first, " ")));
  }

  void begin() {
    end();
    reader = &reader_for();
    header = reader->begin(bytes, name, options);
    begun = true;
  }
  void end() noexcept {
    begun = false;
    if (reader != nullptr) reader->end();
    reader = nullptr;
  }
};

Decoder::Decoder() : state_(std::make_unique<State>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

Header Decoder::begin(std::span<const std::byte> bytes, const std::string& name,
                      const DecodeOptions& options) {
  if (options.channels != 1 && options.channels != 3)
    throw Error(Code::internal,
                fmt::format("an image with {} channels was requested.", options.channels));
  State& s = *state_;
  s.end();  // releases the previous file, whose name is needed until then
  s.bytes = bytes;
  s.name = name;
  s.options = options;
  s.begin();
  Header result = s.header;
  result.channels = options.channels;
  if (is_transposed(result.orientation)) std::swap(result.height, result.width);
  return result;
}

Decoded Decoder::decode(const Region& region, int shrink) {
  State& s = *state_;
  if (!s.begun) s.begin();
  const auto& h = s.header;
  const bool turned_later = h.orientation != 1;
  const Region stored = stored_region(region, h.orientation, h.height, h.width);
  // The offset of a mirrored part in a smaller image would not be a whole number of pixels.
  Decoded decoded =
      s.reader->decode(stored, turned_later ? 1 : shrink, s.options.channels, s.stored);
  s.end();
  if (turned_later) {
    decoded.pixels = apply_orientation(part_of(decoded, stored), h.orientation, s.upright);
    decoded.top = region.top;
    decoded.left = region.left;
  }
  if (decoded.pixels.channels != s.options.channels)
    decoded.pixels = converted(decoded.pixels, s.options.channels, s.in_channels);
  return decoded;
}

void refuse(const std::string& name, const std::string& reason) {
  throw Error(Code::data, {.image = name}, fmt::format("{}.", reason));
}

void check_size(const std::string& name, std::uint64_t height, std::uint64_t width,
                const ImageLimits& limits) {
  constexpr std::uint64_t max_side = 0x7FFFFFFF;  // so that the product has 62 bits
  if (height == 0 || width == 0) refuse(name, "it has no pixels");
  if (height > max_side || width > max_side ||
      height * width > static_cast<std::uint64_t>(limits.max_pixels))
    refuse(name, fmt::format("{}x{} pixels, more than the limit of {} in total", width, height,
                             limits.max_pixels));
}

}  // namespace temper::io::codec
