#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/mix/blend.h"
#include "temper/mix/method_weight.h"

namespace temper::mix {

/// mixup: averages of images, and the same averages of their targets.
struct Mixup {
  double alpha = 1;
  std::int64_t images = 2;
  bool fold = false;
  double weight = 1;

  static constexpr std::string_view kind = "mixup";
  static constexpr About about = {
      .summary =
          "mixup: every image becomes a weighted average of itself and others of its batch, and "
          "its target the same average of their targets. The weights are drawn from a Beta "
          "distribution, for more than two images from a symmetric Dirichlet distribution.",
      .formula =
          "x <- lambda x_i + (1 - lambda) x_j,  y <- lambda y_i + (1 - lambda) y_j\n"
          "lambda ~ Beta(alpha, alpha)\n"
          "k images  x <- sum_m w_m x_m,  y <- sum_m w_m y_m,  w ~ Dirichlet(alpha, ..., alpha)",
      .paper =
          "Zhang et al. 2017, mixup: beyond empirical risk minimization, arXiv:1710.09412; fold: "
          "as in fastai and Composer"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Mixup::alpha,
              {.name = "alpha",
               .meaning = "parameter of the Beta or Dirichlet distribution; the smaller, the "
                          "closer is the average to a single image; the paper uses 0.2 to 0.4 for "
                          "ImageNet, 1 for CIFAR-10",
               .bounds = {.low = 0, .open_low = true},
               .scheduled = true}),
        field(&Mixup::images,
              {.name = "images",
               .meaning = "number of images that are averaged, at most the batch size",
               .bounds = {2, 1 << 20}}),
        field(&Mixup::fold, {.name = "fold",
                             .meaning = "the largest weight is that of the image itself, for two "
                                        "images max(lambda, 1 - lambda)"}),
        weight_field<Mixup>()};
  }
};

/// Draws the weights of at most `most` images.
Blend blend(const Mixup& options, const ImageSize& size, std::int64_t most, Random& random);

}  // namespace temper::mix
