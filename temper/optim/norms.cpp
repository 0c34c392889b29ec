#include "temper/optim/norms.h"

#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/stack.h>

namespace temper::optim {

std::vector<double> norms(const std::vector<at::Tensor>& tensors) {
  if (tensors.empty()) return {};
  const auto all = at::stack(at::_foreach_norm(tensors)).to(at::kCPU, at::kDouble).contiguous();
  const auto* values = all.const_data_ptr<double>();
  return {values, values + all.numel()};
}

}  // namespace temper::optim
