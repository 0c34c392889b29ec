#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Which sides are resized to the given length.
enum class ResizedSides : std::uint8_t {
  shorter,  ///< the aspect ratio is preserved
  both,     ///< to a square, or to the network's input size
};

/// Resizes the image.
struct Resize {
  Auto size = {};
  ResizedSides sides = ResizedSides::shorter;
  Interpolation interpolation = Interpolation::bilinear;
  bool antialias = true;

  [[nodiscard]] constexpr bool fits_input() const { return sides == ResizedSides::both; }
  static constexpr std::string_view kind = "resize";
  static constexpr About about = {
      .summary =
          "Resizes the image so that its shorter side, or both sides, have the given "
          "length.",
      .formula =
          "shorter: long side = floor(size * long / short); auto: size = floor(input / "
          "0.875)\n"
          "both: height = width = size; auto: the network's input"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Resize::size, {.name = "size",
                              .meaning = "length of the shorter side, or of both; auto: the "
                                         "network's input size / 0.875, or the input size itself",
                              .unit = "pixels",
                              .bounds = {.low = 1, .high = 8192}}),
        field(&Resize::sides, {.name = "sides",
                               .meaning = "shorter: the aspect ratio is preserved; both: the image "
                                          "is stretched to the size"}),
        field(&Resize::interpolation, {.name = "interpolation", .meaning = "interpolation method"}),
        field(&Resize::antialias,
              {.name = "antialias",
               .meaning = "antialiasing when shrinking: all source pixels contribute, as in "
                          "Pillow; false: only the nearest ones, which is faster and rougher"})};
  }
};

void apply(const Resize& options, Frame& frame, Random& random);

/// The part of the resized picture that is cropped where nothing else is said, as in torchvision's
/// and timm's evaluations: 224 of 256 pixels.
inline constexpr double kDefaultCropRatio = 0.875;

/// The length of the shorter side with `size = "auto"`: floor(longer side of the input /
/// kDefaultCropRatio).
std::int64_t automatic_side(Size input);

/// The size of an image whose shorter side becomes `side`.
Size resized(Size image, std::int64_t side);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::ResizedSides> {
  static constexpr std::array<std::string_view, 2> value{"shorter", "both"};
};
