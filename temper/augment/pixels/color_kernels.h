#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

/// The inner loops of color.h in vector instructions, chosen for the processor at the first call.
/// All instruction sets give the same bytes.
namespace temper::augment::kernels {

/// Replaces the three samples of each pixel by its gray, (19595 R + 38470 G + 7471 B + 32768)
/// >> 16.
void make_gray(std::uint8_t* rgb, std::int64_t pixels);

/// The sum of that gray over all pixels.
std::int64_t sum_of_gray(const std::uint8_t* rgb, std::int64_t pixels);

/// Blends each pixel with its gray: gray + factor * (sample - gray), rounded after each operation,
/// clipped to [0, 255] and truncated.
void saturate(std::uint8_t* rgb, std::int64_t pixels, float factor);

/// Adds to the hue of each pixel in Pillow's HSV of 8 bits, modulo 256.
void turn_hue(std::uint8_t* rgb, std::int64_t pixels, std::uint8_t steps);

/// The lowest and the highest sample of each channel.
struct Range {
  std::array<std::uint8_t, 3> low{255, 255, 255};
  std::array<std::uint8_t, 3> high{};
};
Range range_of(const std::uint8_t* pixels, std::int64_t count, int channels);

/// Blends a row with what Pillow's filter SMOOTH makes of it: the weights are 5 for a sample and 1
/// for the eight around it, of 13, and the result is rounded.
/// @param above     the first of `count` samples, whose neighbors are `channels` bytes before and
///                  after it; likewise in the row itself and the one below
/// @param out       not overlapping the rows
void sharpen_row(const std::uint8_t* above, const std::uint8_t* row, const std::uint8_t* below,
                 std::int64_t count, std::ptrdiff_t channels, float factor, std::uint8_t* out);

}  // namespace temper::augment::kernels
