#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/mix/blend.h"
#include "temper/mix/method_weight.h"

namespace temper::mix {

/// Manifold mixup: averages of what a stage of the network gives for two images.
struct ManifoldMixup {
  double alpha = 2;
  std::vector<std::int64_t> stages = {0, 1, 2};
  double weight = 1;

  static constexpr std::string_view kind = "manifold_mixup";
  static constexpr About about = {
      .summary =
          "Manifold mixup: mixup of what a stage of the network gives for the images of a batch, "
          "in place of the images themselves. The stage is drawn for every batch. What follows it "
          "sees the averages, and the loss has the same averages of the targets.",
      .formula =
          "h <- lambda h_i + (1 - lambda) h_j,  y <- lambda y_i + (1 - lambda) y_j\n"
          "lambda ~ Beta(alpha, alpha),  h: output of a stage, drawn uniformly from the list",
      .paper =
          "Verma et al. 2019, Manifold mixup: better representations by interpolating hidden "
          "states, arXiv:1806.05236, and the authors' code"};
  static constexpr auto fields() {
    return std::tuple{
        field(&ManifoldMixup::alpha,
              {.name = "alpha",
               .meaning = "parameter of the Beta distribution; the smaller, the closer is the "
                          "average to a single image",
               .bounds = {.low = 0, .open_low = true},
               .scheduled = true}),
        field(&ManifoldMixup::stages,
              {.name = "stages",
               .meaning = "stages of blocks, one of which is drawn for every batch: 0: the images, "
                          "1: the output of the first stage, 2: that of the second, ...",
               .bounds = {0, 1000}}),
        weight_field<ManifoldMixup>()};
  }
};

/// Draws the weights of two images, and the stage.
Blend blend(const ManifoldMixup& options, const ImageSize& size, std::int64_t most, Random& random);

}  // namespace temper::mix
