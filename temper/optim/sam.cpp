#include "temper/optim/sam.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>

#include <cmath>

#include "temper/optim/norms.h"

namespace temper::optim {
namespace {

double length(const std::vector<at::Tensor>& tensors) {
  double squares = 0;
  for (const double norm : norms(tensors)) squares += norm * norm;
  return std::sqrt(squares);
}

}  // namespace

PerturbedWeights::PerturbedWeights(const Sam& options, std::span<const Target> targets) {
  const at::NoGradGuard guard;
  std::vector<at::Tensor> directions;
  for (const auto& target : targets) {
    if (target.frozen || !target.value.requires_grad() || !target.value.grad().defined()) continue;
    weights_.push_back(target.value);
    before_.push_back(target.value.clone());
    directions.push_back(target.value.grad());
  }
  if (weights_.empty()) return;
  // The adaptive form uses the norm of |w| g and perturbs along w^2 g.
  if (options.adaptive) directions = at::_foreach_mul(directions, before_);
  const double scale = options.rho / (length(directions) + 1e-12);
  if (options.adaptive) at::_foreach_mul_(directions, before_);
  at::_foreach_add_(weights_, directions, scale);
}

PerturbedWeights::~PerturbedWeights() {
  const at::NoGradGuard guard;
  for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i].copy_(before_[i]);
}

}  // namespace temper::optim
