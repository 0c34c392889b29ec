#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "temper/corrupt/arrays/draws.h"
#include "temper/corrupt/arrays/workspace.h"

namespace temper::corrupt {

/// Photographs of frost, RGB.
using FrostPictures = std::vector<io::Image>;

/// All pictures (PNG, JPEG, WebP) of a folder, by the bytes of their names. Throws
/// Error{Code::usage} for a folder without any, Error{Code::data} for a damaged one, and
/// Error{Code::io}.
FrostPictures read_frost(const std::filesystem::path& folder);

/// The size at which a photograph is used.
enum class FrostSize : std::uint8_t {
  as_it_is,  ///< the original for 224 pixels; photographs that are too small are enlarged as
             ///< `fitting`
  fifth,     ///< a fifth of its size: the original for 32 pixels
  fitting    ///< a tenth larger, or as much as the image needs: imagecorruptions
};

struct Frost {
  double keep = 1;  ///< weight of the image
  double add = 0;   ///< weight of the frost
};

/// Blends a part of a photograph of frost into the image, chosen at random. For gray images its
/// luma is used.
/// @param photographs  at least one
void frost(io::Image& image, const Frost& frost, const FrostPictures& photographs, FrostSize size,
           Draws& draws, Workspace& memory);

/// The same with frost that is computed: needles of ice in six directions around random centers,
/// and a rough plasma fractal between them, with the mean color and deviation of the photographs of
/// ImageNet-C. It is another texture than theirs, so accuracies are not comparable.
void frost(io::Image& image, const Frost& frost, Draws& draws, Workspace& memory);

}  // namespace temper::corrupt
