#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"
#include "temper/io/image/image.h"

namespace temper::io {

/// The resolution at which a JPEG stores chroma.
enum class Subsampling : std::uint8_t {
  both,   ///< half the width and half the height
  width,  ///< half the width
  none,
};

struct JpegOptions {
  int quality = 90;     ///< libjpeg's, 1 to 100
  int orientation = 1;  ///< EXIF's, 1 to 8; written into the file unless 1
  /// Restart interval in multiples of 16 pixels of width, 0 to 32,767; 0: no restart markers. With
  /// markers, temper decodes parts of an image faster, other decoders take a little longer for all
  /// of it, and the file is a few bytes larger.
  int restart = 0;
  Subsampling subsampling = Subsampling::both;
};

/// A baseline JPEG file of an image, with libjpeg's quantization tables, and one channel if the
/// image is gray or its red, green and blue are equal everywhere. The bytes depend on the image,
/// the options and libjpeg's version.
/// @param image  1 or 3 channels, height and width of 1 to 65,500 pixels
/// @throws Error{Code::data} for another size; the message does not name the image
std::vector<std::byte> encode_jpeg(const Image& image, const JpegOptions& options = {});

/// Encodes one image after the other in the same memory. Not thread-safe.
class JpegEncoder {
 public:
  /// @param optimize  find the shortest Huffman codes of every image, as encode_jpeg() does: a
  ///                  smaller file of the same pixels, in more time than with the standard codes
  explicit JpegEncoder(bool optimize);
  ~JpegEncoder();
  JpegEncoder(JpegEncoder&&) noexcept;
  JpegEncoder& operator=(JpegEncoder&&) noexcept;
  JpegEncoder(const JpegEncoder&) = delete;
  JpegEncoder& operator=(const JpegEncoder&) = delete;

  /// As encode_jpeg(); valid until the next call.
  std::span<const std::byte> operator()(const Image& image, const JpegOptions& options = {});

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace temper::io

/// As Pillow names them.
template <>
struct temper::EnumNames<temper::io::Subsampling> {
  static constexpr std::array<std::string_view, 3> value{"4:2:0", "4:2:2", "4:4:4"};
};
