#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Spreads the histogram evenly.
struct Equalize {
  double p = 0.5;

  static constexpr std::string_view kind = "equalize";
  static constexpr About about = {
      .summary = "Equalizes the histogram of each channel, as PIL.ImageOps.equalize does.",
      .paper =
          "Cubuk et al. 2019, AutoAugment: learning augmentation policies from data, "
          "arXiv:1805.09501"};
  static constexpr auto fields() { return std::tuple{field(&Equalize::p, kProbability)}; }
};

void apply(const Equalize& options, Frame& frame, Random& random);

}  // namespace temper::augment
