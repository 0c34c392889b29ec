#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/fields.h"

/// Which images an epoch consists of, and in which order. An epoch always has as many rows as the
/// training set has images.
namespace temper::recipe {

struct Shuffle {
  static constexpr std::string_view kind = "shuffle";
  static constexpr About about = {
      .summary =
          "Every image once per epoch, in a new random order each epoch. With several weighted "
          "sources, images are sampled in proportion to their source's weight."};
  static constexpr auto fields() { return std::tuple{}; }
};

struct ClassBalanced {
  double power = 0;

  static constexpr std::string_view kind = "class_balanced";
  static constexpr About about = {
      .summary =
          "Samples all classes equally often, whatever their number of images. The length of "
          "an epoch is unchanged: images of small classes are repeated within it, each time with "
          "a new augmentation, and images of large classes alternate over the epochs.",
      .formula = "class j of n_j images makes up n_j^power / sum_i n_i^power of an epoch",
      .paper =
          "Shen et al. 2016, Relay backpropagation, arXiv:1512.05830 (class-aware sampling); "
          "power as q of Kang et al. 2020, Decoupling representation and classifier, "
          "arXiv:1910.09217",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{field(&ClassBalanced::power,
                            {.name = "power",
                             .meaning = "exponent of the class sizes; 0: all classes equally "
                                        "often; 0.5: by the square root of their sizes; 1: in "
                                        "proportion to their sizes",
                             .bounds = {0, 1}})};
  }
};

struct Repeated {
  std::int64_t num_repeats = 3;

  static constexpr std::string_view kind = "repeated";
  static constexpr About about = {
      .summary =
          "Repeated augmentation: each sampled image appears several times in a row, and so in "
          "one batch, each time with a new augmentation. An epoch keeps its length N, so it "
          "contains about N / num_repeats different images.",
      .formula =
          "rows r, r + 1, ..., r + num_repeats - 1 of an epoch show one image; a new "
          "permutation each epoch",
      .paper =
          "Hoffer et al. 2020, Augment your batch, arXiv:1901.09335; Berman et al. 2019, "
          "MultiGrain, arXiv:1902.05509"};
  static constexpr auto fields() {
    return std::tuple{field(&Repeated::num_repeats, {.name = "num_repeats",
                                                     .meaning = "number of repetitions of an image",
                                                     .bounds = {2, 1024}})};
  }
};

using Sampling = std::variant<Shuffle, ClassBalanced, Repeated>;

}  // namespace temper::recipe
