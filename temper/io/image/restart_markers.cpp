#include "temper/io/image/restart_markers.h"

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <string_view>

#include "temper/io/image/image_codec.h"
#include "temper/io/image/jpeg_scan.h"

namespace temper::io {
namespace {

/// Copies the coefficients of one file. libjpeg's errors and warnings jump to `jump_`.
class Copier {
 public:
  Copier() {
    from_.err = to_.err = jpeg_std_error(&errors_);
    from_.client_data = to_.client_data = this;
    errors_.error_exit = [](j_common_ptr jpeg) { give_up(jpeg); };
    errors_.emit_message = [](j_common_ptr jpeg, int level) {
      if (level < 0) give_up(jpeg);
    };
  }
  ~Copier() {
    jpeg_destroy_compress(&to_);
    jpeg_destroy_decompress(&from_);
    std::free(bytes_);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg allocated it
  }
  Copier(const Copier&) = delete;
  Copier& operator=(const Copier&) = delete;
  Copier(Copier&&) = delete;
  Copier& operator=(Copier&&) = delete;

  std::optional<std::vector<std::byte>> operator()(std::span<const std::byte> file, int restart) {
    bool complete = false;
    const auto copied = codec::survives(jump_, [&] { complete = copy(file, restart); });
    if (!copied || !complete) return std::nullopt;
    const auto* const first = reinterpret_cast<const std::byte*>(bytes_);
    return std::vector(first, first + size_);
  }

 private:
  [[noreturn]] static void give_up(j_common_ptr jpeg) {
    std::longjmp(static_cast<Copier*>(jpeg->client_data)->jump_, 1);
  }

  bool copy(std::span<const std::byte> file, int restart) {
    jpeg_create_decompress(&from_);
    jpeg_create_compress(&to_);
    jpeg_mem_src(&from_, reinterpret_cast<const unsigned char*>(file.data()), file.size());
    jpeg_save_markers(&from_, JPEG_COM, 0xFFFF);
    for (int k = 0; k < 16; ++k) jpeg_save_markers(&from_, JPEG_APP0 + k, 0xFFFF);
    jpeg_read_header(&from_, TRUE);
    auto* const coefficients = jpeg_read_coefficients(&from_);
    // A decoder may smooth over missing bits of coefficients. Whether four components are inverted
    // depends on a marker that libjpeg would add.
    if (codec::lacks_scans(from_) || from_.num_components == 4) return false;
    jpeg_copy_critical_parameters(&from_, &to_);
    const int across = from_.num_components == 1 ? 1 : from_.max_h_samp_factor;
    to_.restart_interval = static_cast<unsigned>(std::clamp(2 * restart / across, 1, 0xFFFF));
    to_.optimize_coding = TRUE;
    jpeg_mem_dest(&to_, &bytes_, &size_);
    jpeg_write_coefficients(&to_, coefficients);
    copy_markers();
    jpeg_finish_compress(&to_);
    jpeg_finish_decompress(&from_);
    return true;
  }

  /// All but those that libjpeg writes itself.
  void copy_markers() {
    for (const auto* marker = from_.marker_list; marker != nullptr; marker = marker->next) {
      const std::string_view contents(reinterpret_cast<const char*>(marker->data),
                                      marker->data_length);
      const bool is_jfif =
          marker->marker == JPEG_APP0 && contents.starts_with(std::string_view("JFIF\0", 5));
      const bool is_adobe = marker->marker == JPEG_APP0 + 14 && contents.starts_with("Adobe");
      if ((is_jfif && to_.write_JFIF_header != 0) || (is_adobe && to_.write_Adobe_marker != 0))
        continue;
      jpeg_write_marker(&to_, marker->marker, marker->data, marker->data_length);
    }
  }

  jpeg_decompress_struct from_{};
  jpeg_compress_struct to_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf jump_{};
  unsigned char* bytes_ = nullptr;
  unsigned long size_ = 0;  // NOLINT(google-runtime-int): libjpeg's
};

}  // namespace

std::optional<std::vector<std::byte>> with_restart_markers(std::span<const std::byte> file,
                                                           int restart) {
  return Copier()(file, restart);
}

}  // namespace temper::io
