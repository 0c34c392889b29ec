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
// after jpeglib.h
#include <jerror.h>

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

void check(const Image& image, const JpegOptions& options) {
  if (image.height < 1 || image.width < 1 || image.height > kMostSide || image.width > kMostSide)
    throw Error(Code::data, fmt::format("{} x {} pixels; a JPEG has a height and width of 1 to {}",
                                        image.width, image.height, kMostSide));
  if ((image.channels != 1 && image.channels != 3) || image.pixels.size() != image.size() ||
      options.quality < 1 || options.quality > 100 || options.orientation < 1 ||
      options.orientation > 8 || options.restart < 0 || options.restart > 0x7FFF)
    throw Error(Code::internal, "encode_jpeg: invalid image or options");
}

}  // namespace

/// libjpeg's compressor, writing to memory. Its errors jump to `jump_`, with the reason in
/// `reason_`.
class JpegEncoder::Writer {
 public:
  explicit Writer(bool optimize) : optimize_(optimize ? TRUE : FALSE) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = [](j_common_ptr jpeg) {
      auto* const self = static_cast<Writer*>(jpeg->client_data);
      jpeg->err->format_message(jpeg, self->reason_.data());
      std::longjmp(self->jump_, 1);
    };
    errors_.emit_message = [](j_common_ptr, int) {};
    run([this] { jpeg_create_compress(&jpeg_); });
    file_.init_destination = [](j_compress_ptr jpeg) { of(jpeg).free_from(0); };
    file_.empty_output_buffer = [](j_compress_ptr jpeg) {
      Writer& self = of(jpeg);
      const std::size_t used = self.capacity_;
      self.grow();
      self.free_from(used);
      return boolean{TRUE};
    };
    file_.term_destination = [](j_compress_ptr) {};
    jpeg_.dest = &file_;
  }
  ~Writer() {
    jpeg_destroy_compress(&jpeg_);
    std::free(bytes_);  // NOLINT(cppcoreguidelines-no-malloc): see grow()
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  Writer(Writer&&) = delete;
  Writer& operator=(Writer&&) = delete;

  std::span<const std::byte> encode(const Image& image, const JpegOptions& options) {
    const auto exif = exif_of(options.orientation);
    const bool grey = is_grey(image);
    row_.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels));
    run([&] { write(image, options, exif, grey); });
    return {reinterpret_cast<const std::byte*>(bytes_), capacity_ - file_.free_in_buffer};
  }

 private:
  static Writer& of(j_compress_ptr jpeg) { return *static_cast<Writer*>(jpeg->client_data); }

  template <class Body>
  void run(const Body& body) {
    if (codec::survives(jump_, body)) return;
    jpeg_abort_compress(&jpeg_);
    throw Error(Code::data, fmt::format("cannot encode it as a JPEG: {}", reason_.data()));
  }

  /// Called by libjpeg, through which no exception may pass; so the memory is malloc's.
  void grow() {
    const std::size_t capacity = capacity_ == 0 ? std::size_t{1} << 14U : 2 * capacity_;
    void* const bytes = std::realloc(bytes_, capacity);  // NOLINT(cppcoreguidelines-no-malloc)
    if (bytes == nullptr) ERREXIT1(&jpeg_, JERR_OUT_OF_MEMORY, 0);
    bytes_ = static_cast<JOCTET*>(bytes);
    capacity_ = capacity;
  }

  /// The next byte of the file is written there.
  void free_from(std::size_t used) {
    if (capacity_ == 0) grow();
    file_.next_output_byte = bytes_ + used;
    file_.free_in_buffer = capacity_ - used;
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
    jpeg_.comp_info[0].h_samp_factor = !grey && options.subsampling != Subsampling::none ? 2 : 1;
    jpeg_.comp_info[0].v_samp_factor = !grey && options.subsampling == Subsampling::both ? 2 : 1;
    jpeg_.optimize_coding = optimize_;
    jpeg_.restart_interval =
        static_cast<unsigned>(2 * options.restart / jpeg_.comp_info[0].h_samp_factor);
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

  boolean optimize_;
  jpeg_compress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  jpeg_destination_mgr file_{};
  std::jmp_buf jump_{};
  std::array<char, JMSG_LENGTH_MAX> reason_{};
  std::vector<JSAMPLE> row_;
  JOCTET* bytes_ = nullptr;
  std::size_t capacity_ = 0;
};

JpegEncoder::JpegEncoder(bool optimize) : writer_(std::make_unique<Writer>(optimize)) {}
JpegEncoder::~JpegEncoder() = default;
JpegEncoder::JpegEncoder(JpegEncoder&&) noexcept = default;
JpegEncoder& JpegEncoder::operator=(JpegEncoder&&) noexcept = default;

std::span<const std::byte> JpegEncoder::operator()(const Image& image, const JpegOptions& options) {
  check(image, options);
  return writer_->encode(image, options);
}

std::vector<std::byte> encode_jpeg(const Image& image, const JpegOptions& options) {
  JpegEncoder encoder(/*optimize=*/true);
  const auto file = encoder(image, options);
  return {file.begin(), file.end()};
}

}  // namespace temper::io
