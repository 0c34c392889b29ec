#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// How the crop is resized: as Interpolation, or by a method that is drawn.
enum class CropInterpolation : std::uint8_t {
  bilinear,
  bicubic,
  nearest,
  box,
  lanczos,
  random  ///< bilinear or bicubic, drawn for every image, as timm's training does by default
};

/// A crop of random area and aspect ratio, resized to the network's input.
struct RandomResizedCrop {
  Auto size = {};
  double scale_low = 0.08;
  double scale_high = 1;
  double ratio_low = 3.0 / 4;
  double ratio_high = 4.0 / 3;
  CropInterpolation interpolation = CropInterpolation::bilinear;
  bool antialias = true;

  /// Throws Error{Code::usage} for a lower bound above its upper bound.
  void check() const;

  static constexpr bool fits_input() { return true; }
  static constexpr std::string_view kind = "random_resized_crop";
  static constexpr About about = {
      .summary =
          "Takes a crop of random area and aspect ratio and resizes it. Up to ten crops are drawn "
          "until one fits into the image; otherwise the largest center crop with an allowed aspect "
          "ratio is used.",
      .formula =
          "area = image's area * U(scale_low, scale_high)\n"
          "ratio = exp(U(ln ratio_low, ln ratio_high))\n"
          "width = round(sqrt(area * ratio)), height = round(sqrt(area / ratio))",
      .paper = "Szegedy et al. 2015, Going deeper with convolutions, arXiv:1409.4842, 6"};
  static constexpr auto fields() {
    using Self = RandomResizedCrop;
    constexpr Bounds share = {.low = 0, .high = 1, .open_low = true};
    constexpr Bounds ratio = {.low = 0.01, .high = 100};
    return std::tuple{
        field(&Self::size,
              {.name = "size",
               .meaning = "height and width of the result; auto: the network's input size",
               .unit = "pixels",
               .bounds = {.low = 1, .high = 8192}}),
        field(&Self::scale_low, {.name = "scale_low",
                                 .meaning = "lower bound of the crop's share of the image area",
                                 .bounds = share,
                                 .scheduled = true}),
        field(&Self::scale_high, {.name = "scale_high",
                                  .meaning = "upper bound of the crop's share of the image area",
                                  .bounds = share,
                                  .scheduled = true}),
        field(&Self::ratio_low,
              {.name = "ratio_low",
               .meaning = "lower bound of the crop's aspect ratio, width / height",
               .bounds = ratio,
               .scheduled = true}),
        field(&Self::ratio_high,
              {.name = "ratio_high",
               .meaning = "upper bound of the crop's aspect ratio, width / height",
               .bounds = ratio,
               .scheduled = true}),
        field(&Self::interpolation,
              {.name = "interpolation",
               .meaning = "interpolation method of the resize; random: bilinear or bicubic, drawn "
                          "for each image"}),
        field(&Self::antialias,
              {.name = "antialias",
               .meaning = "antialiasing when shrinking: all source pixels contribute, as in "
                          "Pillow; false: only the nearest ones, which is faster and rougher"})};
  }
};

void apply(const RandomResizedCrop& options, Frame& frame, Random& random);

/// The random crop's box.
Box crop_box(const RandomResizedCrop& options, Size image, Random& random);
/// One attempt: the crop size for a share of the area and an aspect ratio; empty if it is larger
/// than the image.
std::optional<Size> crop_size(Size image, double share, double ratio);
/// After ten attempts: the largest center crop with an allowed aspect ratio.
Box fallback_box(const RandomResizedCrop& options, Size image);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::CropInterpolation> {
  static constexpr std::array<std::string_view, 6> value{"bilinear", "bicubic", "nearest",
                                                         "box",      "lanczos", "random"};
};
