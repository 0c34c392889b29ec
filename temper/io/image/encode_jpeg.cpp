#include "temper/io/image/encode_jpeg.h"

#include <fmt/format.h>

#include <array>
#include <csetjmp>
#include <cstdio>  // jpeglib.h needs it before itself
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <jpeglib.h>

#include "temper/core/error.h"
#include "temper/io/image/image_codec.h"

namespace temper::io {
namespace {

constexpr int kMostSide = JPEG_MAX_DIMENSION;

bool is_grey(const Image& image) {
  if (image.channels == 1) return true;
  for (std::size_t i = 0; i + 2 < image.pixels.size(); i += 3)
    if (image.pixels[i] != image.pixels[i + 1] || image.pixels[i] != image.pixels[i + 2])
      return false;
  return true;
}

/// EXIF with one entry, the orientation, big-endian.
std::array<JOCTET, 32> exif_of(int orientation) {
  return {'E', 'x',
          'i', 'f',
          0,   0,  // the marker's contents
          'M', 'M',
          0,   42,
          0,   0,
          0,   8,  // TIFF, first directory at byte 8
          0,   1,  // one entry:
          1,   0x12,
          0,   3,
          0,   0,
          0,   1,  // orientation, one short number
          0,   static_cast<JOCTET>(orientation),
          0,   0,  // left-justified
          0,   0,
          0,   0};  // no further directory
}

/// libjpeg's compressor, writing to memory. Its errors jump to `jump_`, with the reason in
/// `reason_`.
class JpegWriter {
 public:
  JpegWriter() {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = [](j_common_ptr jpeg) {
      auto* const self = static_cast<JpegWriter*>(jpeg->client_data);
      jpeg->err->format_message(jpeg, self->reason_.data());
      std::longjmp(self->jump_, 1);
    };
    errors_.emit_message = [](j_common_ptr, int) {};
    run([this] {
      jpeg_create_compress(&jpeg_);
      jpeg_mem_dest(&jpeg_, &bytes_, &size_);
    });
  }
  ~JpegWriter() {
    jpeg_destroy_compress(&jpeg_);
    std::free(bytes_);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg allocated it
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;
  JpegWriter(JpegWriter&&) = delete;
  JpegWriter& operator=(JpegWriter&&) = delete;

  std::vector<std::byte> encode(const Image& image, const JpegOptions& options) {
    const auto exif = exif_of(options.orientation);
    const bool grey = is_grey(image);
    row_.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels));
    run([&] { write(image, options, exif, grey); });
    const auto* const begin = reinterpret_cast<const std::byte*>(bytes_);
    return {begin, begin + size_};
  }

 private:
  template <class Body>
  void run(const Body& body) {
    if (!codec::survives(jump_, body))
      throw Error(Code::data, fmt::format("cannot encode it as a JPEG: {}", reason_.data()));
  }

  void write(const Image& image, const JpegOptions& options, const std::array<JOCTET, 32>& exif,
             bool grey) {
    jpeg_.image_width = static_cast<JDIMENSION>(image.width);
    jpeg_.image_height = static_cast<JDIMENSION>(image.height);
    jpeg_.input_components = image.channels;
    jpeg_.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg_);
    if (grey) jpeg_set_colorspace(&jpeg_, JCS_GRAYSCALE);
    jpeg_set_quality(&jpeg_, options.quality, TRUE);
    jpeg_.optimize_coding = TRUE;
    jpeg_.restart_interval = static_cast<unsigned>(grey ? 2 * options.restart : options.restart);
    jpeg_.write_JFIF_header = options.orientation == 1 ? TRUE : FALSE;
    jpeg_start_compress(&jpeg_, TRUE);
    if (options.orientation != 1)
      jpeg_write_marker(&jpeg_, JPEG_APP0 + 1, exif.data(), static_cast<unsigned>(exif.size()));
    while (jpeg_.next_scanline < jpeg_.image_height) {
      // libjpeg takes non-const input.
      std::memcpy(row_.data(), image.pixels.data() + jpeg_.next_scanline * row_.size(),
                  row_.size());
      JSAMPROW row = row_.data();
      jpeg_write_scanlines(&jpeg_, &row, 1);
    }
    jpeg_finish_compress(&jpeg_);
  }

  jpeg_compress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf jump_{};
  std::array<char, JMSG_LENGTH_MAX> reason_{};
  std::vector<JSAMPLE> row_;
  unsigned char* bytes_ = nullptr;
  unsigned long size_ = 0;
};

}  // namespace

std::vector<std::byte> encode_jpeg(const Image& image, const JpegOptions& options) {
  if (image.height < 1 || image.width < 1 || image.height > kMostSide || image.width > kMostSide)
    throw Error(Code::data, fmt::format("{} x {} pixels; a JPEG has a height and width of 1 to {}",
                                        image.width, image.height, kMostSide));
  if ((image.channels != 1 && image.channels != 3) || image.pixels.size() != image.size() ||
      options.quality < 1 || options.quality > 100 || options.orientation < 1 ||
      options.orientation > 8 || options.restart < 0 || options.restart > 0x7FFF)
    throw Error(Code::internal, "encode_jpeg: invalid image or options");
  return JpegWriter().encode(image, options);
}

}  // namespace temper::io
