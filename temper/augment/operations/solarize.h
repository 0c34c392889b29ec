#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Inverts bright samples.
struct Solarize {
  double threshold_low = 128;
  double threshold_high = 128;
  double p = 0.5;

  /// Throws Error{Code::usage} for a lower bound above its upper bound.
  void check() const;

  static constexpr std::string_view kind = "solarize";
  static constexpr About about = {.summary =
                                      "Inverts all samples of at least a random threshold: 0 "
                                      "inverts the whole image, 256 nothing.",
                                  .formula =
                                      "sample = 255 - sample if sample >= threshold\n"
                                      "threshold = U(threshold_low, threshold_high)",
                                  .paper =
                                      "Cubuk et al. 2019, AutoAugment: learning augmentation "
                                      "policies from data, arXiv:1805.09501"};
  static constexpr auto fields() {
    return std::tuple{field(&Solarize::threshold_low, {.name = "threshold_low",
                                                       .meaning = "lower bound of the threshold",
                                                       .bounds = {.low = 0, .high = 256},
                                                       .scheduled = true}),
                      field(&Solarize::threshold_high, {.name = "threshold_high",
                                                        .meaning = "upper bound of the threshold",
                                                        .bounds = {.low = 0, .high = 256},
                                                        .scheduled = true}),
                      field(&Solarize::p, kProbability)};
  }
};

void apply(const Solarize& options, Frame& frame, Random& random);

}  // namespace temper::augment
