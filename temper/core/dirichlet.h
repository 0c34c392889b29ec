#pragma once
#include <span>

#include "temper/core/random.h"

namespace temper {

/// Draws weights that are at least 0 and add up to 1 from the symmetric Dirichlet distribution.
/// @param alpha    > 0; below 1 few weights are large, at 1 all combinations are equally likely
/// @param weights  are written, at least one
void dirichlet(Random& random, double alpha, std::span<double> weights);

/// Draws from Beta(alpha, alpha), in [0, 1].
double beta(Random& random, double alpha);

}  // namespace temper
