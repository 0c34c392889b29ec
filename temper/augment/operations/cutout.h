#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Sets random squares of the network's normalized input to zero.
struct Cutout {
  double p = 1;
  double length = 16;
  std::int64_t n_holes = 1;

  static constexpr std::string_view kind = "cutout";
  static constexpr About about = {
      .summary =
          "Sets squares at random places to zero in the network's normalized input, that is to the "
          "mean of the normalization, after all other operations, wherever this one is in the "
          "list. The center of a square is any pixel, so that a part of it may be outside.",
      .formula =
          "center (y, x) ~ uniform over the input's pixels\n"
          "rows y - floor(length / 2) to y + floor(length / 2) - 1, columns likewise",
      .paper =
          "DeVries and Taylor 2017, Improved regularization of convolutional neural networks "
          "with cutout, arXiv:1708.04552"};
  static constexpr auto fields() {
    using Self = Cutout;
    return std::tuple{
        field(&Self::p, kProbability),
        field(&Self::length,
              {.name = "length",
               .meaning = "height and width of a square; as in the authors' code an odd length "
                          "counts as the even one below it. The paper has 16 for CIFAR-10, 8 for "
                          "CIFAR-100, 20 for SVHN",
               .unit = "pixels",
               .bounds = {.low = 0, .high = 8192},
               .scheduled = true}),
        field(&Self::n_holes, {.name = "n_holes",
                               .meaning = "number of squares",
                               .bounds = {.low = 1, .high = 256}})};
  }
};

void apply(const Cutout& options, Frame& frame, Random& random);

}  // namespace temper::augment
