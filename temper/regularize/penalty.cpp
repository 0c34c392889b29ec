#include "temper/regularize/penalty.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/zeros_like.h>

#include <vector>

namespace temper::regularize {

void add_penalty_gradient(const Penalty& options, std::span<const at::Tensor> weights) {
  if (options.l1 == 0 && options.l2 == 0) return;
  const at::NoGradGuard guard;
  for (const auto& weight : weights) {
    if (!weight.requires_grad()) continue;
    auto& gradient = weight.mutable_grad();
    if (!gradient.defined()) gradient = at::zeros_like(weight);
    if (options.l2 != 0) gradient.add_(weight, options.l2);
    if (options.l1 != 0) gradient.add_(at::sign(weight), options.l1);
  }
}

void apply_max_norm(const MaxNorm& options, std::span<const at::Tensor> weights) {
  const at::NoGradGuard guard;
  for (const auto& weight : weights) {
    if (weight.dim() < 2 || !weight.requires_grad()) continue;
    std::vector<std::int64_t> inner;
    for (std::int64_t i = 1; i < weight.dim(); ++i) inner.push_back(i);
    const auto norms = at::linalg_vector_norm(weight, 2, inner, /*keepdim=*/true);
    weight.mul_((options.limit / norms).clamp_max(1));  // exactly 1 within the limit
  }
}

}  // namespace temper::regularize
