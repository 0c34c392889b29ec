#pragma once
#include <span>
#include <vector>

#include "temper/core/random.h"

/// What bootstrap intervals are made of.
namespace temper {

/// The mean of as many of the values as there are, drawn with replacement. The probabilities of the
/// values differ by at most 2^-32, which resampling can't detect; such a draw is much faster than
/// an exact one.
/// @param values  at least one, fewer than 2^32
double resampled_mean(std::span<const double> values, Random random);

/// The q-quantile of sorted numbers, interpolated linearly between neighbours.
/// @param sorted  at least one
/// @param q       in [0, 1]
double quantile(std::span<const double> sorted, double q);

}  // namespace temper
