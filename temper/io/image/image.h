#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "temper/io/image/decode.h"

namespace temper::io {

/// An image of 8-bit samples as stored (sRGB), rows from top to bottom, channels interleaved.
struct Image {
  int height = 0;
  int width = 0;
  int channels = 0;                  ///< 1: gray, 3: RGB
  std::vector<std::uint8_t> pixels;  ///< height * width * channels

  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
           static_cast<std::size_t>(channels);
  }
  bool operator==(const Image&) const = default;
};

/// A view of pixels in memory owned by others, as in Image but with a row stride.
struct Pixels {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;  ///< bytes from row to row
  int height = 0;
  int width = 0;
  int channels = 0;

  Pixels() = default;
  Pixels(const std::uint8_t* first, std::ptrdiff_t from_row_to_row, int rows, int columns,
         int samples)
      : data(first), stride(from_row_to_row), height(rows), width(columns), channels(samples) {}
  explicit Pixels(const Image& image)
      : Pixels(image.pixels.data(), std::ptrdiff_t{image.width} * image.channels, image.height,
               image.width, image.channels) {}

  /// The number of samples.
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
           static_cast<std::size_t>(channels);
  }
  [[nodiscard]] const std::uint8_t* row(int y) const { return data + y * stride; }
};

/// A rectangle of pixels of an image.
struct Region {
  int top = 0;
  int left = 0;
  int height = 0;
  int width = 0;
  bool operator==(const Region&) const = default;
};

/// Limits beyond which a decoder refuses an image, before it allocates memory or as soon as it can.
struct ImageLimits {
  std::int64_t max_pixels = std::int64_t{1} << 27;  ///< height * width
  /// Of a JPEG. A few kilobytes can contain thousands of scans of the same pixels, each as costly
  /// as decoding the whole image; encoders write about ten.
  int max_scans = 64;
};

struct DecodeOptions {
  int channels = 3;  ///< 1: gray, 3: RGB
  Decode decode = Decode::exact;
  bool exif_orientation = false;  ///< apply the EXIF orientation
  ImageLimits limits = {};
};

/// Decodes PNG, JPEG or WebP (detected by content) to the same pixels as Pillow's
/// `Image.open(file).convert("RGB")`, or `("L")` for one channel: palettes are resolved, alpha is
/// dropped, CMYK is converted to RGB, EXIF orientation is ignored. One difference: of 16-bit gray
/// the high byte is used, as of 16-bit color, where Pillow clips at 255. To decode a part of an
/// image, or to apply its EXIF orientation, see Picture.
///
/// Throws Error{Code::data} with the reason for damaged, truncated, too large and unknown files.
/// @param name      the image's name in messages
/// @param channels  1 or 3
Image decode_image(std::span<const std::byte> bytes, const std::string& name, int channels,
                   const ImageLimits& limits = {});

/// The EXIF orientation of a file of these formats, 1 (upright) to 8; 1 if it has none. Throws
/// Error{Code::data} as decode_image() does for other files.
int exif_orientation(std::span<const std::byte> bytes, const std::string& name);

/// The same image with 1 or 3 channels. Gray is (19595 R + 38470 G + 7471 B + 32768) >> 16: ITU-R
/// 601 luma, rounded as in Pillow.
Image with_channels(Image image, int channels);

/// A PNG file of an image with 1 or 3 channels and at least one pixel.
std::vector<std::byte> encode_png(const Image& image);

}  // namespace temper::io
