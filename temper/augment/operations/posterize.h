#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Leaves only some values of brightness.
struct Posterize {
  double bits_low = 4;
  double bits_high = 7;
  double p = 0.5;

  /// Throws Error{Code::usage} for a lower bound above its upper bound.
  void check() const;

  static constexpr std::string_view kind = "posterize";
  static constexpr About about = {
      .summary =
          "Keeps the highest bits of each sample and clears the others: 8 leaves the image as it "
          "is, 1 leaves two values.",
      .formula =
          "sample = sample with its lowest 8 - bits bits cleared\n"
          "bits ~ uniform over the whole numbers {bits_low, ..., bits_high}",
      .paper =
          "Cubuk et al. 2019, AutoAugment: learning augmentation policies from data, "
          "arXiv:1805.09501"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Posterize::bits_low, {.name = "bits_low",
                                     .meaning = "lower bound of the number of bits that are kept",
                                     .unit = "bits",
                                     .bounds = {.low = 1, .high = 8},
                                     .scheduled = true}),
        field(&Posterize::bits_high, {.name = "bits_high",
                                      .meaning = "upper bound of the number of bits that are kept",
                                      .unit = "bits",
                                      .bounds = {.low = 1, .high = 8},
                                      .scheduled = true}),
        field(&Posterize::p, kProbability)};
  }
};

void apply(const Posterize& options, Frame& frame, Random& random);

}  // namespace temper::augment
