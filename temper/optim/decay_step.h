#pragma once
#include "temper/optim/bucket.h"
#include "temper/optim/decay.h"

namespace temper::optim {

/// w <- decay_factors.keep * w for all parameters of the bucket, for rules that don't include this
/// factor.
void apply_decoupled(const DecayFactors& decay_factors, Bucket& bucket);

}  // namespace temper::optim
