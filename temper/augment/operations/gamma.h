#pragma once
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Changes the brightness of the middle tones most.
struct Gamma {
  double gamma_low = 0.8;
  double gamma_high = 1.2;
  double gain = 1;
  double p = 1;

  /// Throws Error{Code::usage} for a lower bound above its upper bound.
  void check() const;

  static constexpr std::string_view kind = "gamma";
  static constexpr About about = {
      .summary =
          "Raises all samples to a random power, as torchvision's adjust_gamma does with PIL "
          "images: more than 1 makes the image darker, less than 1 brighter.",
      .formula =
          "sample = floor(255.999 * gain * (sample / 255)^gamma), at most 255\n"
          "gamma = U(gamma_low, gamma_high)"};
  static constexpr auto fields() {
    return std::tuple{field(&Gamma::gamma_low, {.name = "gamma_low",
                                                .meaning = "lower bound of the power",
                                                .bounds = {.low = 0, .high = 100},
                                                .scheduled = true}),
                      field(&Gamma::gamma_high, {.name = "gamma_high",
                                                 .meaning = "upper bound of the power",
                                                 .bounds = {.low = 0, .high = 100},
                                                 .scheduled = true}),
                      field(&Gamma::gain, {.name = "gain",
                                           .meaning = "factor of all samples after the power",
                                           .bounds = {.low = 0, .high = 100},
                                           .scheduled = true}),
                      field(&Gamma::p, kProbability)};
  }
};

void apply(const Gamma& options, Frame& frame, Random& random);

}  // namespace temper::augment
