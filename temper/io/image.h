#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

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

/// What a decoder refuses before it allocates.
struct ImageLimits {
  std::int64_t max_pixels = std::int64_t{1} << 27;  ///< height * width
};

/// Decodes PNG, JPEG or WebP (recognised by content) to pixels equal to those of Pillow's
/// `Image.open(file).convert("RGB")`, or `("L")` for one channel: palettes are resolved, alpha is
/// dropped, CMYK becomes RGB, EXIF orientation is left alone. One difference: 16-bit grey keeps its
/// high byte, as 16-bit colour does, where Pillow clips at 255.
///
/// Damaged, truncated, too large and unknown files are Error{Code::data} with the reason.
/// @param name      what messages call the image
/// @param channels  1 or 3
Image decode_image(std::span<const std::byte> bytes, const std::string& name, int channels,
                   const ImageLimits& limits = {});

/// The same image with 1 or 3 channels. Grey is (19595 R + 38470 G + 7471 B + 32768) >> 16, ITU-R
/// 601 as Pillow rounds it.
Image with_channels(Image image, int channels);

/// A PNG file of an image with 1 or 3 channels and at least one pixel.
std::vector<std::byte> encode_png(const Image& image);

}  // namespace temper::io
