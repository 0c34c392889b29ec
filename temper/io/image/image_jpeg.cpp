#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>  // jpeglib.h needs it before itself

#include <jpeglib.h>
// after jpeglib.h
#include <jerror.h>

#include "temper/io/image/image.h"
#include "temper/io/image/image_codec.h"
#include "temper/io/image/jpeg_scan.h"
#include "temper/io/image/orientation.h"

namespace temper::io::codec {
namespace {

/// a * b / 255, rounded, as Pillow computes it.
std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t product = a * b + 128;
  return (product + (product >> 8)) >> 8;
}

/// Converts Adobe's inverted CMYK to RGB in place; three of four bytes remain.
void cmyk_to_rgb(std::uint8_t* inks, std::size_t pixels) {
  std::uint8_t* out = inks;
  for (std::size_t i = 0; i < pixels; ++i, inks += 4) {
    const std::uint32_t light = inks[3];
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint32_t dark = times(255U - inks[c], light);
      *out++ = static_cast<std::uint8_t>(light > dark ? light - dark : 0);
    }
  }
}

/// Whether all pixels are still correct after a warning; after any other some are made up.
bool is_harmless(int warning) {
  return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_ADOBE_XFORM ||
         warning == JWRN_BOGUS_ICC || warning == JWRN_JFIF_MAJOR || warning == JWRN_TOO_MUCH_DATA;
}

/// Whether an end-of-image marker follows the header; entropy-coded data can't contain one.
bool has_end(std::span<const std::byte> bytes) {
  for (std::size_t i = bytes.size(); i >= 2; --i)
    if (bytes[i - 2] == std::byte{0xFF} && bytes[i - 1] == std::byte{JPEG_EOI}) return true;
  return false;
}

/// libjpeg's decompressor, reading from memory. Its errors jump to `jump_`, with the reason in
/// `reason_`.
class JpegReader : public Reader {
 public:
  JpegReader() = default;
  ~JpegReader() override { JpegReader::end(); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  JpegReader(JpegReader&&) = delete;
  JpegReader& operator=(JpegReader&&) = delete;

  Header begin(std::span<const std::byte> bytes, const std::string& name,
               const DecodeOptions& options) override {
    end();
    name_ = &name;
    transform_ = options.decode == Decode::fast ? JDCT_IFAST : JDCT_ISLOW;
    max_scans_ = options.limits.max_scans;
    file_size_ = bytes.size();
    jpeg_ = {};
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = [](j_common_ptr jpeg) { fail(jpeg); };
    errors_.emit_message = [](j_common_ptr jpeg, int level) { judge(jpeg, level); };
    progress_.progress_monitor = [](j_common_ptr jpeg) { limit_scans(jpeg); };
    run([this, bytes, &options] {
      jpeg_create_decompress(&jpeg_);
      jpeg_.progress = &progress_;
      jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
      if (options.exif_orientation) jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, 0xFFFF);
      jpeg_read_header(&jpeg_, TRUE);
    });
    const int components = jpeg_.num_components;
    if (components != 1 && components != 3 && components != 4)
      refuse(name, fmt::format("a JPEG of {} components; 1, 3 and 4 are supported", components));
    check_size(name, jpeg_.image_height, jpeg_.image_width, options.limits);
    if (!has_end(bytes.last(jpeg_.src->bytes_in_buffer)))
      refuse(name,
             "damaged JPEG: no end-of-image marker; the file is cut short, or was written without "
             "the marker, which `jpegtran -copy all` adds");
    return {.height = static_cast<int>(jpeg_.image_height),
            .width = static_cast<int>(jpeg_.image_width),
            .channels = components == 1 ? 1 : 3,
            .orientation = orientation(),
            .shrinks = true};
  }

  Decoded decode(const Region& region, int shrink, int channels, Buffer& out) override {
    const int components = jpeg_.num_components;
    jpeg_.out_color_space = components == 4                    ? JCS_CMYK
                            : components == 1 && channels == 1 ? JCS_GRAYSCALE
                                                               : JCS_RGB;
    jpeg_.dct_method = transform_;
    jpeg_.scale_num = 1;
    jpeg_.scale_denom = static_cast<unsigned>(shrink);
    whole_ = region == Region{0, 0, static_cast<int>(jpeg_.image_height),
                              static_cast<int>(jpeg_.image_width)};
    Decoded result{.shrink = shrink};
    result.top = region.top / shrink;
    result.left = region.left / shrink;
    bottom_ = (region.top + region.height + shrink - 1) / shrink;
    right_ = (region.left + region.width + shrink - 1) / shrink;
    run([this, &result] { begin_rows(result); });
    auto& pixels = result.pixels;
    const int samples = jpeg_.output_components;
    pixels.stride = std::ptrdiff_t{pixels.width} * samples;
    std::uint8_t* const first = out.reserve(static_cast<std::size_t>(pixels.height) *
                                            static_cast<std::size_t>(pixels.stride));
    run([this, first, &pixels] { read_rows(first, pixels); });
    pixels.data = first;
    pixels.channels = samples == 1 ? 1 : 3;
    if (samples == 4)
      for (int y = 0; y < pixels.height; ++y)
        cmyk_to_rgb(first + y * pixels.stride, static_cast<std::size_t>(pixels.width));
    return result;
  }

  void end() noexcept override { jpeg_destroy_decompress(&jpeg_); }

 private:
  template <class Body>
  void run(const Body& body) {
    if (!survives(jump_, body)) refuse(*name_, fmt::format("damaged JPEG: {}", reason_.data()));
  }

  [[nodiscard]] int orientation() const {
    for (const auto* marker = jpeg_.marker_list; marker != nullptr; marker = marker->next) {
      const std::span data(marker->data, marker->data_length);
      constexpr std::array<JOCTET, 6> exif{'E', 'x', 'i', 'f', 0, 0};
      if (data.size() > exif.size() && std::equal(exif.begin(), exif.end(), data.begin()))
        return orientation_of(std::as_bytes(data));
    }
    return 1;
  }

  /// Prepares to read the first row of the part. Chroma upsampling uses neighboring pixels, so the
  /// part is one pixel larger on every side; its columns begin at a block boundary.
  void begin_rows(Decoded& part) {
    jpeg_start_decompress(&jpeg_);
    const auto height = static_cast<int>(jpeg_.output_height);
    const auto width = static_cast<int>(jpeg_.output_width);
    // libjpeg smooths such a file over several blocks in each direction, more than the margin.
    if (lacks_scans(jpeg_)) {
      part.top = part.left = 0;
      bottom_ = height;
      right_ = width;
    }
    // If the chroma planes were less than two pixels wide, libjpeg would repeat their pixels
    // instead of interpolating.
    constexpr int least_width = 16;
    part.left = std::max(std::min(part.left - 1, width - least_width), 0);
    right_ = std::min(std::max(right_ + 1, part.left + least_width), width);
    part.pixels.width = width;
    if (part.left > 0 || right_ < width) {
      auto left = static_cast<JDIMENSION>(part.left);
      auto columns = static_cast<JDIMENSION>(right_ - part.left);
      jpeg_crop_scanline(&jpeg_, &left, &columns);
      part.left = static_cast<int>(left);
      part.pixels.width = static_cast<int>(columns);
    }
    scan_.take_over(jpeg_, static_cast<JDIMENSION>(part.left),
                    static_cast<JDIMENSION>(part.pixels.width));
    part.top = std::max(part.top - 1, 0);
    part.pixels.height = bottom_ - part.top;
    if (part.top > 0) jpeg_skip_scanlines(&jpeg_, static_cast<JDIMENSION>(part.top));
  }

  void read_rows(std::uint8_t* first, const Pixels& pixels) {
    constexpr int at_once = 8;
    std::array<JSAMPROW, at_once> rows{};
    for (int y = 0; y < pixels.height;) {
      const int count = std::min(at_once, pixels.height - y);
      for (int k = 0; k < count; ++k)
        rows[static_cast<std::size_t>(k)] = first + (y + k) * pixels.stride;
      y += static_cast<int>(
          jpeg_read_scanlines(&jpeg_, rows.data(), static_cast<JDIMENSION>(count)));
    }
    if (whole_) jpeg_finish_decompress(&jpeg_);
  }

  [[noreturn]] static void fail(j_common_ptr jpeg) {
    auto* const self = static_cast<JpegReader*>(jpeg->client_data);
    jpeg->err->format_message(jpeg, self->reason_.data());
    std::longjmp(self->jump_, 1);
  }

  static void judge(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    if (!is_harmless(jpeg->err->msg_code)) fail(jpeg);
    // If the header has fewer pixels than the scan, libjpeg skips the rest as extraneous bytes.
    auto* const self = static_cast<JpegReader*>(jpeg->client_data);
    if (jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA || self->jpeg_.input_scan_number == 0) return;
    const auto passed_over = static_cast<std::size_t>(jpeg->err->msg_parm.i[0]);
    if (passed_over <= self->file_size_ / 16) return;
    std::snprintf(self->reason_.data(), self->reason_.size(),
                  "%zu bytes of data beyond its %ux%u pixels", passed_over, self->jpeg_.image_width,
                  self->jpeg_.image_height);
    std::longjmp(self->jump_, 1);
  }

  static void limit_scans(j_common_ptr jpeg) {
    auto* const self = static_cast<JpegReader*>(jpeg->client_data);
    if (self->jpeg_.input_scan_number <= self->max_scans_) return;
    std::snprintf(self->reason_.data(), self->reason_.size(), "more than %d scans",
                  self->max_scans_);
    std::longjmp(self->jump_, 1);
  }

  const std::string* name_ = nullptr;
  std::size_t file_size_ = 0;
  int max_scans_ = 0;
  J_DCT_METHOD transform_ = JDCT_ISLOW;
  bool whole_ = false;
  int bottom_ = 0;  ///< of the part
  int right_ = 0;
  jpeg_decompress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  JpegScan scan_;
  std::jmp_buf jump_{};
  std::array<char, JMSG_LENGTH_MAX> reason_{};
};

}  // namespace

std::unique_ptr<Reader> jpeg_reader() {
  return std::make_unique<JpegReader>();
}

}  // namespace temper::io::codec
