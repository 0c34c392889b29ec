#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/mix/blend.h"
#include "temper/mix/method_weight.h"

namespace temper::mix {

/// ResizeMix: another image, made smaller, is pasted onto the image.
struct ResizeMix {
  double scale_low = 0.1;
  double scale_high = 0.8;
  double weight = 1;

  static constexpr std::string_view kind = "resizemix";
  static constexpr About about = {
      .summary =
          "ResizeMix: another image of the batch is resized (antialiased bilinear) to a part of "
          "its height and width and pasted at a random place within the image, so that no object "
          "is cut off; the targets are weighted by the area that each image covers.",
      .formula =
          "s uniform in [scale_low, scale_high]; the pasted image has floor(s H) x floor(s W) "
          "pixels\n"
          "y <- kept y_i + (1 - kept) y_j,  kept: the share of pixels kept",
      .paper =
          "Qin et al. 2020, ResizeMix: mixing data with preserved object information and true "
          "labels, arXiv:2012.11101",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&ResizeMix::scale_low,
              {.name = "scale_low",
               .meaning = "smallest height and width of the pasted image, relative to the image's",
               .bounds = {0, 1, true, false},
               .scheduled = true}),
        field(&ResizeMix::scale_high,
              {.name = "scale_high",
               .meaning = "largest height and width of the pasted image, relative to the image's",
               .bounds = {0, 1, true, false},
               .scheduled = true}),
        weight_field<ResizeMix>()};
  }
};

/// Draws the place and the size of the pasted image. Sides below one pixel paste nothing.
Blend blend(const ResizeMix& options, const ImageSize& size, std::int64_t most, Random& random);

}  // namespace temper::mix
