#include "temper/train/guard.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <limits>
#include <vector>

namespace temper::train {
namespace {

/// The largest absolute value: unlike a sum of squares it is infinite only where an element is.
at::Tensor largest(const at::Tensor& gradient) {
  return at::linalg_vector_norm(gradient, std::numeric_limits<double>::infinity(), {}, false,
                                at::kFloat);
}

}  // namespace

std::optional<NotFinite> find_not_finite(const at::Tensor& loss,
                                         std::span<const optim::Target> targets) {
  std::vector<at::Tensor> values{loss.detach().to(at::kFloat)};
  for (const auto& target : targets)
    if (const auto& gradient = target.value.grad(); gradient.defined() && gradient.numel() > 0)
      values.push_back(largest(gradient));
  // A single synchronization with the device, however many parameters there are.
  if (std::isfinite(at::stack(values).to(at::kDouble).sum().item<double>())) return std::nullopt;

  NotFinite found{.loss = loss.item<double>(), .parameter = {}};
  for (const auto& target : targets) {
    const auto& gradient = target.value.grad();
    if (!gradient.defined() || gradient.numel() == 0) continue;
    if (std::isfinite(largest(gradient).item<double>())) continue;
    found.parameter = target.name;
    break;
  }
  return found;
}

}  // namespace temper::train
