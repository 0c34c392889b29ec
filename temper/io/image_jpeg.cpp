#include <fmt/format.h>

#include <array>
#include <cstdio>  // jpeglib.h needs it before itself

#include <jpeglib.h>
// after jpeglib.h
#include <jerror.h>

#include "temper/io/image.h"
#include "temper/io/image_codec.h"

namespace temper::io {
namespace {

/// a * b / 255, rounded, as Pillow computes it.
std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t product = a * b + 128;
  return (product + (product >> 8)) >> 8;
}

/// Adobe's inverted inks to red, green and blue.
void convert_inks(std::span<const std::uint8_t> inks, std::uint8_t* out) {
  for (std::size_t i = 0; i < inks.size(); i += 4) {
    const std::uint32_t light = inks[i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint32_t dark = times(255U - inks[i + c], light);
      *out++ = static_cast<std::uint8_t>(light > dark ? light - dark : 0);
    }
  }
}

/// Warnings after which all pixels are still the encoder's; any other means that some are invented.
bool is_harmless(int warning) {
  return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_ADOBE_XFORM ||
         warning == JWRN_BOGUS_ICC || warning == JWRN_JFIF_MAJOR || warning == JWRN_TOO_MUCH_DATA;
}

/// libjpeg's decompressor over bytes in memory. Its errors jump to `jump_`, the reason in
/// `reason_`.
class JpegReader {
 public:
  JpegReader(std::span<const std::byte> bytes, const std::string& name) : name_(name) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = [](j_common_ptr jpeg) { fail(jpeg); };
    errors_.emit_message = [](j_common_ptr jpeg, int level) {
      if (level < 0 && !is_harmless(jpeg->err->msg_code)) fail(jpeg);
    };
    run([this, bytes] {
      jpeg_create_decompress(&jpeg_);
      jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    });
    progress_.progress_monitor = [](j_common_ptr jpeg) { limit_scans(jpeg); };
    jpeg_.progress = &progress_;
  }
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  JpegReader(JpegReader&&) = delete;
  JpegReader& operator=(JpegReader&&) = delete;

  Image decode(const ImageLimits& limits) {
    run([this] { jpeg_read_header(&jpeg_, TRUE); });
    const int components = jpeg_.num_components;
    if (components != 1 && components != 3 && components != 4)
      codec::refuse(name_, fmt::format("a JPEG of {} components; 1, 3 and 4 are read", components));
    jpeg_.out_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
    Image image = codec::allocate(name_, jpeg_.image_height, jpeg_.image_width,
                                  components == 1 ? 1 : 3, limits);
    std::vector<std::uint8_t> inks(components == 4 ? 4 * std::size_t{jpeg_.image_width} : 0);
    run([this, &image, &inks] { read_rows(image, inks); });
    return image;
  }

 private:
  template <class Body>
  void run(const Body& body) {
    if (!codec::survives(jump_, body))
      codec::refuse(name_, fmt::format("damaged JPEG: {}", reason_.data()));
  }

  void read_rows(Image& image, std::vector<std::uint8_t>& inks) {
    jpeg_start_decompress(&jpeg_);
    std::uint8_t* out = image.pixels.data();
    const std::size_t stride = image.pixels.size() / jpeg_.output_height;
    while (jpeg_.output_scanline < jpeg_.output_height) {
      JSAMPROW row = inks.empty() ? out : inks.data();
      jpeg_read_scanlines(&jpeg_, &row, 1);
      if (!inks.empty()) convert_inks(inks, out);
      out += stride;
    }
    jpeg_finish_decompress(&jpeg_);
  }

  [[noreturn]] static void fail(j_common_ptr jpeg) {
    auto* const self = static_cast<JpegReader*>(jpeg->client_data);
    jpeg->err->format_message(jpeg, self->reason_.data());
    std::longjmp(self->jump_, 1);
  }

  // A few kilobytes can name the same pixels in thousands of scans, each as dear as decoding all.
  static void limit_scans(j_common_ptr jpeg) {
    constexpr int max_scans = 100;
    auto* const self = static_cast<JpegReader*>(jpeg->client_data);
    if (self->jpeg_.input_scan_number <= max_scans) return;
    std::snprintf(self->reason_.data(), self->reason_.size(), "more than %d scans", max_scans);
    std::longjmp(self->jump_, 1);
  }

  const std::string& name_;
  jpeg_decompress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  std::array<char, JMSG_LENGTH_MAX> reason_{};
};

}  // namespace

Image codec::decode_jpeg(std::span<const std::byte> bytes, const std::string& name,
                         const ImageLimits& limits) {
  return JpegReader(bytes, name).decode(limits);
}

}  // namespace temper::io
