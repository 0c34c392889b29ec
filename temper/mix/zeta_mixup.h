#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/mix/blend.h"
#include "temper/mix/method_weight.h"

namespace temper::mix {

/// zeta-mixup: averages of many images with the weights of a p-series.
struct ZetaMixup {
  double gamma = 2.8;
  std::int64_t images = 0;
  double weight = 1;

  static constexpr std::string_view kind = "zeta_mixup";
  static constexpr About about = {
      .summary =
          "zeta-mixup: every image becomes a weighted average of itself and other images of its "
          "batch in random order, and its target the same average of their targets. The weights "
          "are the terms of a p-series, the first one that of the image itself; from gamma = "
          "1.72865 on it is larger than all others together.",
      .formula = "x <- sum_m w_m x_m,  y <- sum_m w_m y_m,  w_m = m^-gamma / sum_j j^-gamma",
      .paper =
          "Abhishek et al. 2022, Multi-sample zeta-mixup: richer, more realistic synthetic samples "
          "from a p-series interpolant, arXiv:2204.03323"};
  static constexpr auto fields() {
    return std::tuple{
        field(&ZetaMixup::gamma, {.name = "gamma",
                                  .meaning = "exponent of the p-series; the larger, the larger is "
                                             "the weight of the image itself",
                                  .bounds = {.low = 0, .open_low = true},
                                  .scheduled = true}),
        field(&ZetaMixup::images,
              {.name = "images",
               .meaning = "number of images that are averaged, at least 2; 0: all of the batch, as "
                          "in the paper",
               .bounds = {0, 1 << 20}}),
        weight_field<ZetaMixup>()};
  }
};

/// The weights of at most `most` images, which are not random.
Blend blend(const ZetaMixup& options, const ImageSize& size, std::int64_t most, Random& random);

}  // namespace temper::mix
