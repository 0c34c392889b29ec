#include "temper/optim/decay_step.h"

#include <ATen/ops/_foreach_mul.h>

namespace temper::optim {

void apply_decoupled(const Pull& pull, Bucket& bucket) {
  if (pull.keep != 1) at::_foreach_mul_(bucket.values, pull.keep);
}

}  // namespace temper::optim
