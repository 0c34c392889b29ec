#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// What an erased box is filled with, under timm's names.
enum class ErasingMode : std::uint8_t {
  constant,  ///< "const"
  rand,
  pixel,
};

/// Overwrites random boxes of the network's normalized input.
struct RandomErasing {
  double p = 0.5;
  double scale_low = 0.02;
  double scale_high = 1.0 / 3;
  double ratio_low = 0.3;
  double ratio_high = 1 / 0.3;
  ErasingMode mode = ErasingMode::constant;
  std::vector<double> value = {0};
  std::int64_t min_count = 1;
  std::int64_t max_count = 1;

  /// Throws Error{Code::usage} for a lower bound above its upper bound, and for values that are not
  /// one or three, or not used by the mode.
  void check() const;

  static constexpr std::string_view kind = "random_erasing";
  static constexpr About about = {
      .summary =
          "Overwrites boxes of random area, aspect ratio and place with the given probability. As "
          "in timm and torchvision the network's normalized input is overwritten, after all other "
          "operations, wherever this one is in the list. The defaults are timm's; torchvision has "
          "scale_high = 0.33 and ratio_high = 3.3, and calls the mode pixel \"random\".",
      .formula =
          "area = input's area * U(scale_low, scale_high) / count\n"
          "ratio = exp(U(ln ratio_low, ln ratio_high))\n"
          "height = round(sqrt(area * ratio)), width = round(sqrt(area / ratio))\n"
          "up to ten draws for each box, until one is smaller than the input; else none",
      .paper = "Zhong et al. 2017, Random erasing data augmentation, arXiv:1708.04896"};
  static constexpr auto fields() {
    using Self = RandomErasing;
    constexpr Bounds share = {.low = 0, .high = 1};
    constexpr Bounds ratio = {.low = 0.01, .high = 100};
    constexpr Bounds count = {.low = 1, .high = 256};
    return std::tuple{
        field(&Self::p, kProbability),
        field(&Self::scale_low, {.name = "scale_low",
                                 .meaning = "lower bound of the erased share of the input's area",
                                 .bounds = share,
                                 .scheduled = true}),
        field(&Self::scale_high, {.name = "scale_high",
                                  .meaning = "upper bound of the erased share of the input's area",
                                  .bounds = share,
                                  .scheduled = true}),
        field(&Self::ratio_low, {.name = "ratio_low",
                                 .meaning = "lower bound of a box's aspect ratio, height / width",
                                 .bounds = ratio,
                                 .scheduled = true}),
        field(&Self::ratio_high, {.name = "ratio_high",
                                  .meaning = "upper bound of a box's aspect ratio, height / width",
                                  .bounds = ratio,
                                  .scheduled = true}),
        field(
            &Self::mode,
            {.name = "mode",
             .meaning = "const: the box is filled with value; rand: with one normal random number "
                        "for each channel; pixel: with one for each channel of each pixel"}),
        field(&Self::value,
              {.name = "value",
               .meaning = "mode const: one number, or one for each channel, of the normalized "
                          "input; 0 is the mean that the normalization subtracts",
               .bounds = {.low = -1000, .high = 1000}}),
        field(&Self::min_count, {.name = "min_count",
                                 .meaning = "smallest number of boxes, which share the area",
                                 .bounds = count}),
        field(&Self::max_count, {.name = "max_count",
                                 .meaning = "largest number of boxes, which share the area",
                                 .bounds = count})};
  }
};

void apply(const RandomErasing& options, Frame& frame, Random& random);

/// One attempt: the size of a box for its share of the area and its aspect ratio; empty unless it
/// is lower and narrower than the input.
/// @param count  of boxes that share the area
std::optional<Size> erased_size(Size input, double share, std::int64_t count, double ratio);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::ErasingMode> {
  static constexpr std::array<std::string_view, 3> value{"const", "rand", "pixel"};
};
