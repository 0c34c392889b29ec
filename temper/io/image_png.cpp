#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "temper/core/error.h"
#include "temper/io/image.h"
#include "temper/io/image_codec.h"

namespace temper::io {
namespace {

/// libpng's reader over bytes in memory. Its errors jump to `jump_` with the reason in `reason_`.
class PngReader {
 public:
  PngReader(std::span<const std::byte> bytes, const std::string& name)
      : rest_(bytes),
        name_(name),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngReader::fail,
                                    &PngReader::warn)),
        info_(png_ == nullptr ? nullptr : png_create_info_struct(png_)) {
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png_, this, &PngReader::read);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  PngReader(PngReader&&) = delete;
  PngReader& operator=(PngReader&&) = delete;

  Image decode(const ImageLimits& limits) {
    run([this] { read_header(); });
    Image image = codec::allocate(name_, png_get_image_height(png_, info_),
                                  png_get_image_width(png_, info_), channels(), limits);
    const std::size_t row = image.size() / static_cast<std::size_t>(image.height);
    if (row != png_get_rowbytes(png_, info_))
      throw Error(Code::internal, fmt::format("image {}: libpng's rows have {} bytes, expected {}.",
                                              name_, png_get_rowbytes(png_, info_), row));
    std::vector<png_bytep> rows;
    for (std::size_t begin = 0; begin < image.pixels.size(); begin += row)
      rows.push_back(image.pixels.data() + begin);
    run([this, &rows] {
      png_read_image(png_, rows.data());
      png_read_end(png_, nullptr);
    });
    return image;
  }

 private:
  template <class Body>
  void run(const Body& body) {
    if (!codec::survives(jump_, body))
      codec::refuse(name_, fmt::format("damaged PNG: {}", reason_.data()));
  }

  /// Header, and the conversions to one or three channels of eight bits without alpha.
  void read_header() {
    png_set_user_limits(png_, 0x7FFFFFFF, 0x7FFFFFFF);  // allocate() judges the size
    png_read_info(png_, info_);
    const auto colour = png_get_color_type(png_, info_);
    if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if (colour == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png_);
    png_set_strip_16(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  [[nodiscard]] int channels() const {
    return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
  }

  static void fail(png_structp png, png_const_charp reason) {
    auto* const self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(self->reason_.data(), self->reason_.size(), "%s", reason);
    std::longjmp(self->jump_, 1);
  }
  // libpng warns of colour profiles and the like; what spoils pixels is an error there.
  static void warn(png_structp, png_const_charp) {}

  static void read(png_structp png, png_bytep out, png_size_t count) {
    auto* const self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > self->rest_.size()) png_error(png, "the file is cut short");
    std::memcpy(out, self->rest_.data(), count);
    self->rest_ = self->rest_.subspan(count);
  }

  std::span<const std::byte> rest_;
  const std::string& name_;
  std::jmp_buf jump_{};
  std::array<char, 160> reason_{};
  png_structp png_;  // what stands above is what its callbacks use
  png_infop info_;
};

}  // namespace

Image codec::decode_png(std::span<const std::byte> bytes, const std::string& name,
                        const ImageLimits& limits) {
  return PngReader(bytes, name).decode(limits);
}

std::vector<std::byte> encode_png(const Image& image) {
  if (image.height < 1 || image.width < 1 || (image.channels != 1 && image.channels != 3) ||
      image.pixels.size() != image.size())
    throw Error(Code::internal,
                fmt::format("an image of {}x{}x{} with {} bytes cannot be a PNG.", image.height,
                            image.width, image.channels, image.pixels.size()));
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
