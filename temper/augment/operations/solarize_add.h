#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Makes dark samples brighter.
struct SolarizeAdd {
  double addend_low = 0;
  double addend_high = 110;
  double threshold = 128;
  double p = 0.5;

  /// Throws Error{Code::usage} for a lower bound above its upper bound.
  void check() const;

  static constexpr std::string_view kind = "solarize_add";
  static constexpr About about = {
      .summary =
          "Adds a random number to all samples below a threshold, as AutoAugment's list v0 does.",
      .formula =
          "sample = sample + addend if sample < threshold, clipped to [0, 255]\n"
          "addend ~ uniform over the whole numbers {addend_low, ..., addend_high}",
      .paper =
          "Cubuk et al. 2019, AutoAugment: learning augmentation policies from data, "
          "arXiv:1805.09501"};
  static constexpr auto fields() {
    return std::tuple{
        field(&SolarizeAdd::addend_low, {.name = "addend_low",
                                         .meaning = "lower bound of what is added",
                                         .bounds = {.low = -255, .high = 255},
                                         .scheduled = true}),
        field(&SolarizeAdd::addend_high, {.name = "addend_high",
                                          .meaning = "upper bound of what is added",
                                          .bounds = {.low = -255, .high = 255},
                                          .scheduled = true}),
        field(&SolarizeAdd::threshold, {.name = "threshold",
                                        .meaning = "samples of at least this value do not change",
                                        .bounds = {.low = 0, .high = 256},
                                        .scheduled = true}),
        field(&SolarizeAdd::p, kProbability)};
  }
};

void apply(const SolarizeAdd& options, Frame& frame, Random& random);

}  // namespace temper::augment
