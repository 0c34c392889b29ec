#pragma once
#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/fields.h"

/// Which images an epoch is made of, and in which order. An epoch always has as many rows as the
/// training set has images.
namespace temper::recipe {

struct Shuffle {
  static constexpr std::string_view kind = "shuffle";
  static constexpr About about = {
      .summary =
          "Every image once an epoch, in an order that each epoch draws anew. Of several "
          "sources with weights, an image comes as often as its source's weight says."};
  static constexpr auto fields() { return std::tuple{}; }
};

struct ClassBalanced {
  double power = 0;

  static constexpr std::string_view kind = "class_balanced";
  static constexpr About about = {
      .summary =
          "Draws the classes equally often, however many images they have: an epoch keeps "
          "its length, images of small classes come several times in it, each time "
          "augmented anew, and images of large ones take turns over the epochs.",
      .formula = "class j of n_j images has the share n_j^power / sum_i n_i^power of an epoch",
      .paper =
          "Shen et al. 2016, Relay backpropagation, arXiv:1512.05830 (class-aware sampling); "
          "power as q of Kang et al. 2020, Decoupling representation and classifier, "
          "arXiv:1910.09217"};
  static constexpr auto fields() {
    return std::tuple{field(&ClassBalanced::power,
                            {.name = "power",
                             .meaning = "0: classes alike; 0.5: by the root of their sizes; 1: as "
                                        "often as they are",
                             .bounds = {0, 1}})};
  }
};

struct Repeated {
  std::int64_t num_repeats = 3;

  static constexpr std::string_view kind = "repeated";
  static constexpr About about = {
      .summary =
          "Repeated augmentation: each image that is drawn stands several times in a row, so "
          "in one batch, each time augmented anew. An epoch keeps its length N, so about "
          "N / num_repeats different images are in it.",
      .formula =
          "rows r, r + 1, ..., r + num_repeats - 1 of an epoch show one image; a new "
          "permutation each epoch",
      .paper =
          "Hoffer et al. 2020, Augment your batch, arXiv:1901.09335; Berman et al. 2019, "
          "MultiGrain, arXiv:1902.05509"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Repeated::num_repeats,
              {.name = "num_repeats", .meaning = "rows that an image gets", .bounds = {2, 1024}})};
  }
};

using Sampling = std::variant<Shuffle, ClassBalanced, Repeated>;

}  // namespace temper::recipe
