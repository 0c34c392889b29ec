#pragma once
#include <cstdint>

#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// The option `p` of operations that are applied to some of the images.
inline constexpr Meta kProbability{.name = "p",
                                   .meaning = "probability that the operation is applied",
                                   .bounds = {.low = 0, .high = 1},
                                   .scheduled = true};

/// A whole number from `low` to `high`, both included, each as likely as the others. Bounds that
/// are not whole, as a schedule gives them, move the probabilities step by step: low = high = 4.3
/// gives 4 or, with probability 0.3, 5.
std::int64_t draw_whole(double low, double high, Random& random);

}  // namespace temper::augment
