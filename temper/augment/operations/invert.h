#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Makes a negative.
struct Invert {
  double p = 0.5;

  static constexpr std::string_view kind = "invert";
  static constexpr About about = {.summary = "Inverts all samples: v becomes 255 - v.",
                                  .paper =
                                      "Cubuk et al. 2019, AutoAugment: learning augmentation "
                                      "policies from data, arXiv:1805.09501"};
  static constexpr auto fields() { return std::tuple{field(&Invert::p, kProbability)}; }
};

void apply(const Invert& options, Frame& frame, Random& random);

}  // namespace temper::augment
