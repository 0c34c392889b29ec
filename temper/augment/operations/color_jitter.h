#pragma once
#include <array>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/io/image/image.h"

namespace temper::augment {

/// Changes brightness, contrast, saturation and hue in random order.
struct ColorJitter {
  double brightness = 0.4;
  double contrast = 0.4;
  double saturation = 0.4;
  double hue = 0;
  double p = 1;

  static constexpr std::string_view kind = "color_jitter";
  static constexpr About about = {
      .summary =
          "Changes brightness, contrast, saturation and hue by random factors and in random order, "
          "as torchvision's ColorJitter does with PIL images. A strength of 0 leaves its part out.",
      .formula =
          "factor = U(max(0, 1 - strength), 1 + strength), for each part its own\n"
          "shift of the hue = U(-hue, hue)",
      .paper =
          "Howard 2013, Some improvements on deep convolutional neural network based image "
          "classification, arXiv:1312.5402"};
  static constexpr auto fields() {
    using Self = ColorJitter;
    constexpr Bounds strength = {.low = 0, .high = 100};
    return std::tuple{field(&Self::brightness, {.name = "brightness",
                                                .meaning = "strength of the change of brightness",
                                                .bounds = strength,
                                                .scheduled = true}),
                      field(&Self::contrast, {.name = "contrast",
                                              .meaning = "strength of the change of contrast",
                                              .bounds = strength,
                                              .scheduled = true}),
                      field(&Self::saturation, {.name = "saturation",
                                                .meaning = "strength of the change of saturation",
                                                .bounds = strength,
                                                .scheduled = true}),
                      field(&Self::hue, {.name = "hue",
                                         .meaning = "largest shift of the hue",
                                         .unit = "color circle",
                                         .bounds = {.low = 0, .high = 0.5},
                                         .scheduled = true}),
                      field(&Self::p, kProbability)};
  }
};

void apply(const ColorJitter& options, Frame& frame, Random& random);

/// What a color jitter does to one image.
struct JitteredColor {
  enum Part { of_brightness, of_contrast, of_saturation, of_hue };
  std::array<Part, 4> order{of_brightness, of_contrast, of_saturation, of_hue};
  std::array<bool, 4> used{};      ///< by part
  std::array<double, 4> amount{};  ///< by part: the factor, or the shift of the hue
};

/// Draws the order and, for each part, its amount: always the same number of draws.
JitteredColor draw(const ColorJitter& options, Random& random);
/// Applies the parts that are used, in their order.
void jitter(io::Image& image, const JitteredColor& drawn);

}  // namespace temper::augment
