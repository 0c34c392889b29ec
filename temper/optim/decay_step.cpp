#include "temper/optim/decay_step.h"

#include <ATen/ops/_foreach_mul.h>

namespace temper::optim {

void apply_decoupled(const DecayFactors& decay_factors, Bucket& bucket) {
  if (decay_factors.keep != 1) at::_foreach_mul_(bucket.values, decay_factors.keep);
}

}  // namespace temper::optim
