#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "temper/io/decode.h"

namespace temper::io {

/// A picture of 8-bit samples as stored (sRGB), rows top to bottom, channels interleaved.
struct Image {
  int height = 0;
  int width = 0;
  int channels = 0;                  ///< 1 grey, 3 red green blue
  std::vector<std::uint8_t> pixels;  ///< height * width * channels

  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
           static_cast<std::size_t>(channels);
  }
  bool operator==(const Image&) const = default;
};

/// Pixels that lie in somebody's memory, as in Image but with a distance from row to row.
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

  /// Samples.
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
           static_cast<std::size_t>(channels);
  }
  [[nodiscard]] const std::uint8_t* row(int y) const { return data + y * stride; }
};

/// A rectangle of a picture's pixels.
struct Region {
  int top = 0;
  int left = 0;
  int height = 0;
  int width = 0;
  bool operator==(const Region&) const = default;
};

/// What a decoder refuses before it allocates, or as soon as it sees it.
struct ImageLimits {
  std::int64_t max_pixels = std::int64_t{1} << 27;  ///< height * width
  /// Of a JPEG. A few kilobytes can name the same pixels in thousands of scans, each as dear as
  /// decoding all of them; encoders write ten or so.
  int max_scans = 64;
};

struct DecodeOptions {
  int channels = 3;  ///< 1: grey, 3: RGB
  Decode decode = Decode::exact;
  bool exif_orientation = false;  ///< turn the picture upright as its EXIF data says
  ImageLimits limits = {};
};

/// Decodes PNG, JPEG or WebP (recognised by content) to pixels equal to those of Pillow's
/// `Image.open(file).convert("RGB")`, or `("L")` for one channel: palettes are resolved, alpha is
/// dropped, CMYK becomes RGB, EXIF orientation is left alone. One difference: 16-bit grey keeps its
/// high byte, as 16-bit colour does, where Pillow clips at 255. A part of a picture, or one that is
/// turned upright: see Picture.
///
/// Damaged, truncated, too large and unknown files are Error{Code::data} with the reason.
/// @param name      what messages call the image
/// @param channels  1 or 3
Image decode_image(std::span<const std::byte> bytes, const std::string& name, int channels,
                   const ImageLimits& limits = {});

/// EXIF's orientation of a file of these formats, 1 (upright) to 8; 1 where it has none. Throws
/// Error{Code::data} as decode_image() does for what is no such file.
int exif_orientation(std::span<const std::byte> bytes, const std::string& name);

/// The same image with 1 or 3 channels. Grey is (19595 R + 38470 G + 7471 B + 32768) >> 16, ITU-R
/// 601 as Pillow rounds it.
Image with_channels(Image image, int channels);

/// A PNG file of an image with 1 or 3 channels and at least one pixel.
std::vector<std::byte> encode_png(const Image& image);

}  // namespace temper::io
