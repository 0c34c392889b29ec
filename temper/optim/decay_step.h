#pragma once
#include "temper/optim/bucket.h"
#include "temper/optim/decay.h"

namespace temper::optim {

/// w <- pull.keep * w over the bucket, for rules that have no place for it.
void apply_decoupled(const Pull& pull, Bucket& bucket);

}  // namespace temper::optim
