#pragma once
#include <cstdint>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// The option `p` of operations that are applied to some of the images.
inline constexpr Meta kProbability{.name = "p",
                                   .meaning = "probability that the operation is applied",
                                   .bounds = {.low = 0, .high = 1},
                                   .scheduled = true};

/// The range that a factor is drawn from, and `p`.
template <class Options>
constexpr auto factor_fields() {
  constexpr Bounds bounds = {.low = 0, .high = 100};
  return std::tuple{field(&Options::factor_low, {.name = "factor_low",
                                                 .meaning = "lower bound of the factor",
                                                 .bounds = bounds,
                                                 .scheduled = true}),
                    field(&Options::factor_high, {.name = "factor_high",
                                                  .meaning = "upper bound of the factor",
                                                  .bounds = bounds,
                                                  .scheduled = true}),
                    field(&Options::p, kProbability)};
}

/// Rounds half to even, as Python does.
std::int64_t round_half_even(double value);

/// A whole number from 0 to `most`, both included.
std::int64_t draw_up_to(std::int64_t most, Random& random);

/// A whole number from `low` to `high`, both included, each as likely as the others. Bounds that
/// are not whole, as a schedule gives them, move the probabilities step by step: low = high = 4.3
/// gives 4 or, with probability 0.3, 5.
std::int64_t draw_whole(double low, double high, Random& random);

}  // namespace temper::augment
