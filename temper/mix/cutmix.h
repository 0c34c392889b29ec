#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/mix/blend.h"
#include "temper/mix/method_weight.h"

namespace temper::mix {

/// How the sides of CutMix's box are rounded.
enum class CutMixDialect : std::uint8_t { paper, timm, torchvision };

/// CutMix: a box of the image is replaced by that of another one.
struct CutMix {
  double alpha = 1;
  CutMixDialect dialect = CutMixDialect::paper;
  double weight = 1;

  static constexpr std::string_view kind = "cutmix";
  static constexpr About about = {
      .summary =
          "CutMix: a box of the image is replaced by the same box of another image of its batch; "
          "the targets are weighted by the area that each image covers, after the box has been "
          "clipped to the image.",
      .formula =
          "lambda ~ Beta(alpha, alpha), s = sqrt(1 - lambda), center (x, y) uniform\n"
          "paper        rows y - floor(floor(s H) / 2) to y + floor(floor(s H) / 2)\n"
          "timm         rows y - floor(floor(s H) / 2) to y + ceil(floor(s H) / 2)\n"
          "torchvision  rows y - floor(s H / 2) to y + floor(s H / 2)\n"
          "columns alike;  y <- kept y_i + (1 - kept) y_j,  kept: the share of pixels kept",
      .paper =
          "Yun et al. 2019, CutMix: regularization strategy to train strong classifiers with "
          "localizable features, arXiv:1905.04899, and the authors' code",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&CutMix::alpha, {.name = "alpha",
                               .meaning = "parameter of the Beta distribution of the kept share; "
                                          "at 1 it is uniform",
                               .bounds = {.low = 0, .open_low = true},
                               .scheduled = true}),
        field(&CutMix::dialect,
              {.name = "dialect",
               .meaning = "rounding of the box's sides: as in the paper's code, where odd sides "
                          "lose a pixel, in timm, or in torchvision"}),
        weight_field<CutMix>()};
  }
};

/// A pixel.
struct Centre {
  std::int64_t y = 0;
  std::int64_t x = 0;
};

/// The box around a centre, clipped to the image; it may have no pixels.
/// @param lambda  share of the pixels that is kept, before rounding and clipping, in [0, 1]
Box cutmix_box(CutMixDialect dialect, double lambda, const ImageSize& size, const Centre& centre);

/// Draws a box.
Blend blend(const CutMix& options, const ImageSize& size, std::int64_t most, Random& random);

}  // namespace temper::mix

template <>
struct temper::EnumNames<temper::mix::CutMixDialect> {
  static constexpr std::array<std::string_view, 3> value{"paper", "timm", "torchvision"};
};
