#include "temper/optim/sgd.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>

#include "temper/core/error.h"

namespace temper::optim {
namespace {

/// Parameters that one call updates, with their gradients and velocities.
struct Batch {
  std::vector<at::Tensor> values;
  std::vector<at::Tensor> gradients;
  std::vector<at::Tensor> velocities;
};

/// The fused kernel walks the memory of its three lists side by side, as one type.
bool fusible(const at::Tensor& value, const Batch& batch) {
  return value.is_non_overlapping_and_dense() && at::isFloatingType(value.scalar_type()) &&
         (batch.values.empty() || (value.scalar_type() == batch.values[0].scalar_type() &&
                                   value.device() == batch.values[0].device()));
}

/// The gradient in the parameter's memory layout; zeros where there is none.
at::Tensor gradient_of(const at::Tensor& value) {
  const auto& gradient = value.grad();
  if (!gradient.defined()) return at::zeros_like(value);
  if (gradient.strides() == value.strides() && gradient.scalar_type() == value.scalar_type())
    return gradient;
  return at::empty_like(value).copy_(gradient);
}

void update_fused(const Sgd& sgd, double l2, bool first, Batch& batch) {
  at::_fused_sgd_(batch.values, batch.gradients,
                  sgd.momentum == 0 ? at::TensorList() : at::TensorList(batch.velocities), l2,
                  sgd.momentum, sgd.lr, sgd.momentum == 0 ? 0 : sgd.dampening, sgd.nesterov,
                  /*maximize=*/false, first);
}

void update_foreach(const Sgd& sgd, double l2, bool first, Batch& batch) {
  auto gradients = l2 == 0 ? batch.gradients : at::_foreach_add(batch.gradients, batch.values, l2);
  if (sgd.momentum != 0) {
    at::_foreach_mul_(batch.velocities, first ? 0.0 : sgd.momentum);
    at::_foreach_add_(batch.velocities, gradients, first ? 1.0 : 1 - sgd.dampening);
    gradients = sgd.nesterov ? at::_foreach_add(gradients, batch.velocities, sgd.momentum)
                             : batch.velocities;
  }
  at::_foreach_add_(batch.values, gradients, -sgd.lr);
}

/// The parameters that decay, or those that don't.
void update(const Sgd& sgd, bool decays, std::span<const Target> targets, const State& state) {
  Batch fused;
  Batch others;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& value = targets[i].value;
    if (targets[i].decays != decays || !value.requires_grad()) continue;
    auto& batch = fusible(value, fused) ? fused : others;
    batch.values.push_back(value);
    batch.gradients.push_back(gradient_of(value));
    batch.velocities.push_back(state.tensors[i].second);
  }
  const double decay = decays ? sgd.weight_decay : 0;
  const bool l2 = sgd.decay == Decay::l2;
  for (auto* batch : {&fused, &others}) {
    if (batch->values.empty()) continue;
    if (!l2 && decay != 0) at::_foreach_mul_(batch->values, 1 - sgd.lr * decay);
    (batch == &fused ? update_fused : update_foreach)(sgd, l2 ? decay : 0, state.step == 0, *batch);
  }
}

}  // namespace

void check(const Sgd& options) {
  if (options.nesterov && (options.momentum == 0 || options.dampening != 0))
    throw Error(Code::usage,
                "optimizer.nesterov = true needs momentum above 0 and dampening 0: set those, or "
                "nesterov = false");
}

State start(const Sgd&, std::span<const Target> targets) {
  State state;
  for (const auto& target : targets)
    state.tensors.emplace_back("velocity/" + target.name, at::zeros_like(target.value));
  return state;
}

void step(const Sgd& options, std::span<const Target> targets, State& state) {
  if (state.tensors.size() != targets.size())
    throw Error(Code::internal, "the optimizer's state belongs to other parameters");
  update(options, true, targets, state);
  update(options, false, targets, state);
}

}  // namespace temper::optim
