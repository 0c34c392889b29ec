#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/fill.h"
#include "temper/augment/pixels/normalisation.h"
#include "temper/io/image/image.h"

namespace temper::augment {

/// A box of the network's normalized input that is overwritten. Of the modes of timm's random
/// erasing, "const" and "rand" give every channel a value, and "pixel" is noise.
struct Erasure {
  Box box;                                  ///< may reach beyond the image
  std::array<float, 3> values = {};         ///< of every channel, normalized
  std::optional<std::uint64_t> noise = {};  ///< instead: the seed of standard normal noise, which
                                            ///< is another number in every channel of every pixel
  bool operator==(const Erasure&) const = default;
};

/// @param image  normalized, HWC
void erase(float* image, Size size, int channels, const Erasure& erasure);

/// The same in an image that is to be looked at: the values without their normalization, rounded to
/// 8 bits.
void erase(io::Image& image, const NormalisationTable& table, const Erasure& erasure);

/// Overwrites a box, which may reach beyond the image, with a color.
void erase(io::Image& image, Box box, Fill fill);

}  // namespace temper::augment
