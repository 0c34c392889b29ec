#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Stretches the contrast to the full range.
struct AutoContrast {
  double p = 0.5;

  static constexpr std::string_view kind = "auto_contrast";
  static constexpr About about = {
      .summary =
          "Stretches each channel linearly, so that its lowest sample becomes 0 and its highest "
          "255, as PIL.ImageOps.autocontrast does. A channel of only one value does not change.",
      .paper =
          "Cubuk et al. 2019, AutoAugment: learning augmentation policies from data, "
          "arXiv:1805.09501"};
  static constexpr auto fields() { return std::tuple{field(&AutoContrast::p, kProbability)}; }
};

void apply(const AutoContrast& options, Frame& frame, Random& random);

}  // namespace temper::augment
