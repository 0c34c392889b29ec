#include "temper/optim/fused_steps.h"

#include <ATen/ops/full.h>

namespace temper::optim {

std::vector<at::Tensor> fused_steps(const Bucket& bucket) {
  const auto number = at::full({}, static_cast<double>(bucket.updates + 1),
                               at::TensorOptions(at::kFloat).device(bucket.values[0].device()));
  std::vector<at::Tensor> steps(bucket.values.size(), number);
  return steps;
}

}  // namespace temper::optim
