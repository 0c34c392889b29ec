#include "temper/optim/rules/sgd.h"

#include <ATen/ops/_fused_sgd.h>

#include "temper/core/error.h"
#include "temper/optim/bucket.h"
#include "temper/optim/decay_step.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

struct PlainRule {
  double lr, l2, keep;

  template <class N>
  void operator()(N& w, N g) const {
    g = g + constant<N>(l2) * w;
    w = constant<N>(keep) * w - constant<N>(lr) * g;
  }
};

struct Rule {
  double lr, momentum_factor, gradient_factor, of_velocity, of_gradient, l2, keep;

  template <class N>
  void operator()(N& w, N g, N& v) const {
    g = g + constant<N>(l2) * w;
    v = constant<N>(momentum_factor) * v + constant<N>(gradient_factor) * g;
    w = constant<N>(keep) * w -
        constant<N>(lr) * (constant<N>(of_gradient) * g + constant<N>(of_velocity) * v);
  }
};

struct KerasRule {
  double lr, momentum, nesterov, l2, keep;

  template <class N>
  void operator()(N& w, N g, N& v) const {
    g = g + constant<N>(l2) * w;
    const N pushed = constant<N>(lr) * g;
    v = constant<N>(momentum) * v - pushed;
    const N ahead = constant<N>(momentum) * v - pushed;
    w = constant<N>(keep) * w + v + constant<N>(nesterov) * (ahead - v);
  }
};

/// One pass over memory; LibTorch's own CPU kernel needs more.
void update_pytorch_on_cpu(const Sgd& sgd, const DecayFactors& decay_factors, Bucket& bucket) {
  const bool first = bucket.updates == 0;
  const double lr = sgd.lr * bucket.lr_scale;
  if (sgd.momentum == 0)
    sweep<0>(bucket, PlainRule{lr, decay_factors.l2, decay_factors.keep});
  else
    sweep<1>(bucket, Rule{.lr = lr,
                          .momentum_factor = first ? 0 : sgd.momentum,
                          .gradient_factor = first ? 1 : 1 - sgd.dampening,
                          .of_velocity = sgd.nesterov ? sgd.momentum : 1,
                          .of_gradient = sgd.nesterov ? 1.0 : 0.0,
                          .l2 = decay_factors.l2,
                          .keep = decay_factors.keep});
}

void update_pytorch_on_device(const Sgd& sgd, const DecayFactors& decay_factors, Bucket& bucket) {
  apply_decoupled(decay_factors, bucket);
  const bool plain = sgd.momentum == 0;
  at::_fused_sgd_(bucket.values, bucket.gradients,
                  plain ? at::TensorList() : at::TensorList(bucket.memory[0]), decay_factors.l2,
                  sgd.momentum, sgd.lr * bucket.lr_scale, plain ? 0 : sgd.dampening, sgd.nesterov,
                  /*maximize=*/false, /*is_first_step=*/bucket.updates == 0);
}

void update_keras(const Sgd& sgd, const DecayFactors& decay_factors, Bucket& bucket) {
  sweep<1>(bucket, KerasRule{sgd.lr * bucket.lr_scale, sgd.momentum, sgd.nesterov ? 1.0 : 0.0,
                             decay_factors.l2, decay_factors.keep});
}

}  // namespace

void Sgd::check() const {
  if (nesterov && (momentum == 0 || dampening != 0))
    throw Error(Code::usage, {.option = "optimizer.nesterov"},
                "optimizer.nesterov = true needs momentum above 0 and dampening 0: set those, or "
                "nesterov = false");
  if (form == MomentumForm::keras && dampening != 0)
    throw Error(
        Code::usage, {.option = "optimizer.dampening"},
        "optimizer.dampening is an option of form = \"pytorch\": set it to 0, or change form");
}

State start_rule(const Sgd&, std::span<const Target> targets) {
  State state;
  add_state(state, "velocity", targets);
  add_updates(state, targets);
  return state;
}

void step_rule(const Sgd& options, std::span<const Target> targets, State& state) {
  for_each_counted_bucket(targets, state, 1, [&](Bucket& bucket) {
    const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
    if (options.form == MomentumForm::keras)
      update_keras(options, decay, bucket);
    else if (on_cpu(bucket))
      update_pytorch_on_cpu(options, decay, bucket);
    else
      update_pytorch_on_device(options, decay, bucket);
  });
}

}  // namespace temper::optim
