#include "temper/optim/clip.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_clamp_max.h>
#include <ATen/ops/_foreach_clamp_min.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "temper/optim/norms.h"

namespace temper::optim {
namespace {

using Gradients = std::vector<at::Tensor>;

bool has_gradient(const Target& target) {
  return !target.frozen && target.value.requires_grad() && target.value.grad().defined();
}

Gradients gradients_of(std::span<const Target> targets) {
  Gradients gradients;
  for (const auto& target : targets)
    if (has_gradient(target)) gradients.push_back(target.value.grad());
  return gradients;
}

void apply(const ClipNorm& options, std::span<const Target> targets) {
  auto gradients = gradients_of(targets);
  double squares = 0;
  for (const double norm : norms(gradients)) squares += norm * norm;
  const double scale = options.max_norm / (std::sqrt(squares) + 1e-6);
  if (scale < 1) at::_foreach_mul_(gradients, scale);
}

void apply(const ClipValue& options, std::span<const Target> targets) {
  auto gradients = gradients_of(targets);
  if (gradients.empty()) return;
  at::_foreach_clamp_min_(gradients, -options.clip_value);
  at::_foreach_clamp_max_(gradients, options.clip_value);
}

/// The norm of every unit, in a shape that broadcasts over the tensor.
at::Tensor unit_norms(const at::Tensor& tensor) {
  if (tensor.dim() <= 1) return at::linalg_vector_norm(tensor);
  std::vector<std::int64_t> inner;
  for (std::int64_t i = 1; i < tensor.dim(); ++i) inner.push_back(i);
  return at::linalg_vector_norm(tensor, 2, inner, /*keepdim=*/true);
}

/// "fc" of "fc.weight".
std::string_view layer_of(const Target& target) {
  const std::string_view name = target.name;
  return name.substr(0, name.rfind('.'));
}

/// Whether it is the weight or the bias of the layer that outputs the logits.
bool is_of_head(const Target& target, std::span<const Target> targets) {
  return std::ranges::any_of(targets, [&](const Target& other) {
    return other.kind == Kind::head && layer_of(other) == layer_of(target);
  });
}

void apply(const ClipAdaptive& options, std::span<const Target> targets) {
  for (const auto& target : targets) {
    if (!has_gradient(target) || is_of_head(target, targets)) continue;
    const auto& gradient = target.value.grad();
    const auto longest = unit_norms(target.value).clamp_min(options.eps).mul(options.clip_factor);
    const auto found = unit_norms(gradient).clamp_min(1e-6);
    gradient.mul_((longest / found).clamp_max(1));
  }
}

}  // namespace

void clip(const Clip& options, std::span<const Target> targets) {
  const at::NoGradGuard guard;
  std::visit([&](const auto& form) { apply(form, targets); }, options);
}

}  // namespace temper::optim
