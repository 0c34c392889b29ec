#pragma once
#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>  // jpeglib.h needs it before itself
#include <vector>

#include <jpeglib.h>
// after jpeglib.h
#include <jerror.h>

#include "temper/io/image/image_codec.h"
#include "temper/io/image/jpeg_scan.h"

/// The reference that JpegScan is compared with.
namespace temper::io::codec::test {

using Bytes = std::vector<unsigned char>;

/// Fractions of an image's height and width.
struct Window {
  double top = 0;
  double left = 0;
  double height = 1;
  double width = 1;
};

/// The result of libjpeg for a file, with its own entropy decoder or with `scan`; decoded to the
/// end of the file if the window includes the last row of the image.
class Decoded {
 public:
  Decoded(const Bytes& bytes, JpegScan* scan, unsigned shrink = 1, const Window& window = {},
          std::uint64_t most_pixels = 1U << 30U) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = [](j_common_ptr jpeg) { stop(jpeg); };
    errors_.emit_message = [](j_common_ptr jpeg, int level) {
      if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA) stop(jpeg);
    };
    survives(jump_, [&] {
      begin(bytes);
      if (std::uint64_t{jpeg_.image_width} * jpeg_.image_height > most_pixels)
        error_ = JERR_IMAGE_TOO_BIG;
      else
        read(scan, shrink, window);
    });
    jpeg_destroy_decompress(&jpeg_);
  }
  ~Decoded() = default;
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;
  Decoded(Decoded&&) = delete;
  Decoded& operator=(Decoded&&) = delete;

  [[nodiscard]] int error() const { return error_; }  ///< libjpeg's number; 0 for none
  [[nodiscard]] const Bytes& pixels() const { return pixels_; }
  [[nodiscard]] bool is_scanned() const { return is_scanned_; }  ///< by `scan`, not by libjpeg

 private:
  static void stop(j_common_ptr jpeg) {
    auto* const self = static_cast<Decoded*>(jpeg->client_data);
    self->error_ = jpeg->err->msg_code;
    std::longjmp(self->jump_, 1);
  }

  void begin(const Bytes& bytes) {
    jpeg_create_decompress(&jpeg_);
    jpeg_mem_src(&jpeg_, bytes.data(), bytes.size());
    jpeg_read_header(&jpeg_, TRUE);
  }

  void read(JpegScan* scan, unsigned shrink, const Window& window) {
    jpeg_.scale_denom = shrink;
    jpeg_start_decompress(&jpeg_);
    const auto part = [](double fraction, JDIMENSION of) {
      return static_cast<JDIMENSION>(fraction * of);
    };
    const JDIMENSION top = part(window.top, jpeg_.output_height);
    const JDIMENSION rows = std::max(part(window.height, jpeg_.output_height), JDIMENSION{1});
    JDIMENSION left = part(window.left, jpeg_.output_width);
    JDIMENSION columns = std::max(part(window.width, jpeg_.output_width), JDIMENSION{1});
    if (columns < jpeg_.output_width) jpeg_crop_scanline(&jpeg_, &left, &columns);
    is_scanned_ = scan != nullptr && scan->take_over(jpeg_, left, columns);
    if (top > 0) jpeg_skip_scanlines(&jpeg_, top);
    const std::size_t stride =
        std::size_t{jpeg_.output_width} * static_cast<std::size_t>(jpeg_.output_components);
    pixels_.resize(stride * rows);
    for (JDIMENSION y = 0; y < rows; ++y) {
      JSAMPROW row = pixels_.data() + y * stride;
      jpeg_read_scanlines(&jpeg_, &row, 1);
    }
    if (jpeg_.output_scanline == jpeg_.output_height) jpeg_finish_decompress(&jpeg_);
  }

  jpeg_decompress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf jump_{};
  int error_ = 0;
  bool is_scanned_ = false;
  Bytes pixels_;
};

}  // namespace temper::io::codec::test
