#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <new>

#include "temper/core/error.h"
#include "temper/io/image/image.h"
#include "temper/io/image/image_codec.h"
#include "temper/io/image/orientation.h"

namespace temper::io {
namespace codec {
namespace {

std::size_t big_endian(std::span<const std::byte> bytes) {
  std::size_t value = 0;
  for (const std::byte byte : bytes.first(4))
    value = value << 8U | std::to_integer<std::size_t>(byte);
  return value;
}

/// The contents of the first chunk of that name; empty if the file has none, or ends before it.
std::span<const std::byte> chunk(std::span<const std::byte> file, const char* name, bool& found) {
  constexpr std::size_t signature = 8, around_contents = 12;
  found = false;
  for (std::size_t at = signature; at + around_contents <= file.size();) {
    const std::size_t size = big_endian(file.subspan(at, 4));
    if (size > file.size() - at - around_contents) return {};
    found = std::memcmp(file.data() + at + 4, name, 4) == 0;
    if (found) return file.subspan(at + 8, size);
    at += around_contents + size;
  }
  return {};
}

/// libpng's reader, reading from memory. Its errors jump to `jump_`, with the reason in `reason_`.
class PngReader : public Reader {
 public:
  PngReader() = default;
  ~PngReader() override { PngReader::end(); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  PngReader(PngReader&&) = delete;
  PngReader& operator=(PngReader&&) = delete;

  Header begin(std::span<const std::byte> bytes, const std::string& name,
               const DecodeOptions& options) override {
    end();
    name_ = &name;
    rest_ = bytes;
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngReader::fail, &PngReader::warn);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) throw std::bad_alloc();
    png_set_read_fn(png_, this, &PngReader::read);
    run([this] { read_header(); });
    const auto height = png_get_image_height(png_, info_);
    const auto width = png_get_image_width(png_, info_);
    check_size(name, height, width, options.limits);
    // Rows below a part are not decoded, so the end of the file has to be checked here.
    bool found = false;
    static_cast<void>(chunk(bytes, "IEND", found));
    if (!found)
      refuse(name,
             "damaged PNG: no IEND chunk; the file is cut short, or was written without the chunk");
    return {
        .height = static_cast<int>(height),
        .width = static_cast<int>(width),
        .channels = (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1,
        .orientation = options.exif_orientation ? orientation_of(chunk(bytes, "eXIf", found)) : 1};
  }

  /// All rows above the region have to be decoded too, with all columns.
  Decoded decode(const Region& region, int /*shrink*/, int /*channels*/, Buffer& out) override {
    const auto height = static_cast<int>(png_get_image_height(png_, info_));
    const bool interlaced = png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE;
    Decoded part;
    Pixels& pixels = part.pixels;
    part.top = interlaced ? 0 : region.top;
    pixels.height = interlaced ? height : region.height;
    pixels.width = static_cast<int>(png_get_image_width(png_, info_));
    pixels.channels = (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
    pixels.stride = std::ptrdiff_t{pixels.width} * pixels.channels;
    if (static_cast<std::size_t>(pixels.stride) != png_get_rowbytes(png_, info_))
      throw Error(Code::internal, fmt::format("libpng's rows have {} bytes, expected {}.",
                                              png_get_rowbytes(png_, info_), pixels.stride));
    std::uint8_t* const first = out.reserve(pixels.size());
    pixels.data = first;
    run([this, first, &part, passes = interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1, height] {
      const Pixels& p = part.pixels;
      for (int y = 0; y < part.top; ++y) png_read_row(png_, first, nullptr);
      for (int pass = 0; pass < passes; ++pass)
        for (int y = 0; y < p.height; ++y) png_read_row(png_, first + y * p.stride, nullptr);
      if (part.top + p.height == height) png_read_end(png_, nullptr);
    });
    return part;
  }

  void end() noexcept override { png_destroy_read_struct(&png_, &info_, nullptr); }

 private:
  template <class Body>
  void run(const Body& body) {
    if (!survives(jump_, body)) refuse(*name_, fmt::format("damaged PNG: {}", reason_.data()));
  }

  /// Reads the header, and sets the conversions to one or three channels of eight bits without
  /// alpha.
  void read_header() {
    png_set_user_limits(png_, 0x7FFFFFFF, 0x7FFFFFFF);  // check_size() checks the size
    png_read_info(png_, info_);
    const auto colour = png_get_color_type(png_, info_);
    if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (colour == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png_);
    png_set_strip_16(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  static void fail(png_structp png, png_const_charp reason) {
    auto* const self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(self->reason_.data(), self->reason_.size(), "%s", reason);
    std::longjmp(self->jump_, 1);
  }
  // libpng warns about color profiles and the like; for it, damaged pixels are an error.
  static void warn(png_structp, png_const_charp) {}

  static void read(png_structp png, png_bytep out, png_size_t count) {
    auto* const self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > self->rest_.size()) png_error(png, "the file is cut short");
    std::memcpy(out, self->rest_.data(), count);
    self->rest_ = self->rest_.subspan(count);
  }

  std::span<const std::byte> rest_;
  const std::string* name_ = nullptr;
  std::jmp_buf jump_{};
  std::array<char, 160> reason_{};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

std::unique_ptr<Reader> png_reader() {
  return std::make_unique<PngReader>();
}

}  // namespace codec

std::vector<std::byte> encode_png(const Image& image) {
  if (image.height < 1 || image.width < 1 || (image.channels != 1 && image.channels != 3) ||
      image.pixels.size() != image.size())
    throw Error(Code::internal,
                fmt::format("an image of {}x{}x{} with {} bytes can't be encoded as a PNG.",
                            image.height, image.width, image.channels, image.pixels.size()));
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = image.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::vector<std::byte> file(size);
  if (png_image_write_to_memory(&png, file.data(), &size, 0, image.pixels.data(), 0, nullptr) == 0)
    throw Error(Code::internal,
                fmt::format("libpng cannot write an image of {}x{} pixels: {}.", image.width,
                            image.height, static_cast<const char*>(png.message)));
  file.resize(size);
  return file;
}

}  // namespace temper::io
