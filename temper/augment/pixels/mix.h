#pragma once
#include <cstdint>
#include <span>

/// Mixtures of images, computed in float as NumPy, PyTorch and Pillow do.
namespace temper::augment {

/// How a float becomes a sample.
enum class ToSample : std::uint8_t {
  nearest,    ///< halves upwards
  truncated,  ///< as a cast to uint8 does
};

/// weights[0] * images[0] + weights[1] * images[1] + ..., limited to 0 to 255; products and sums
/// are rounded to float in this order.
/// @param images  one behind the other, each of out.size() samples
/// @param out     may be one of the images
void mix(std::span<const float> weights, std::span<const std::uint8_t> images, ToSample to_sample,
         std::span<std::uint8_t> out);

/// Image.blend(a, b, alpha) of Pillow, for alpha from 0 to 1: a + alpha * (b - a), truncated.
/// @param out  may be `a` or `b`
void blend(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, float alpha,
           std::span<std::uint8_t> out);

}  // namespace temper::augment
