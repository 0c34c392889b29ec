#include "temper/optim/sgd.h"

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
  double lr, keep_velocity, take_gradient, of_velocity, of_gradient, l2, keep;

  template <class N>
  void operator()(N& w, N g, N& v) const {
    g = g + constant<N>(l2) * w;
    v = constant<N>(keep_velocity) * v + constant<N>(take_gradient) * g;
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
void update_pytorch_on_cpu(const Sgd& sgd, const Pull& pull, bool first, Bucket& bucket) {
  const double lr = sgd.lr * bucket.lr_scale;
  if (sgd.momentum == 0)
    sweep<0>(bucket, PlainRule{lr, pull.l2, pull.keep});
  else
    sweep<1>(bucket, Rule{.lr = lr,
                          .keep_velocity = first ? 0 : sgd.momentum,
                          .take_gradient = first ? 1 : 1 - sgd.dampening,
                          .of_velocity = sgd.nesterov ? sgd.momentum : 1,
                          .of_gradient = sgd.nesterov ? 1.0 : 0.0,
                          .l2 = pull.l2,
                          .keep = pull.keep});
}

void update_pytorch_elsewhere(const Sgd& sgd, const Pull& pull, bool first, Bucket& bucket) {
  apply_decoupled(pull, bucket);
  const bool plain = sgd.momentum == 0;
  at::_fused_sgd_(bucket.values, bucket.gradients,
                  plain ? at::TensorList() : at::TensorList(bucket.memory[0]), pull.l2,
                  sgd.momentum, sgd.lr * bucket.lr_scale, plain ? 0 : sgd.dampening, sgd.nesterov,
                  /*maximize=*/false, first);
}

void update_keras(const Sgd& sgd, const Pull& pull, Bucket& bucket) {
  sweep<1>(bucket, KerasRule{sgd.lr * bucket.lr_scale, sgd.momentum, sgd.nesterov ? 1.0 : 0.0,
                             pull.l2, pull.keep});
}

}  // namespace

void Sgd::check() const {
  if (nesterov && (momentum == 0 || dampening != 0))
    throw Error(Code::usage,
                "optimizer.nesterov = true needs momentum above 0 and dampening 0: set those, or "
                "nesterov = false");
  if (form == MomentumForm::keras && dampening != 0)
    throw Error(
        Code::usage,
        "optimizer.dampening is an option of form = \"pytorch\": set it to 0, or change form");
}

State start_rule(const Sgd&, std::span<const Target> targets) {
  State state;
  remember(state, "velocity", targets);
  return state;
}

void step_rule(const Sgd& options, std::span<const Target> targets, State& state) {
  for_each_bucket(targets, state, 1, [&](Bucket& bucket) {
    const auto decay = pull(options, bucket.lr_scale, bucket.decay_scale);
    if (options.form == MomentumForm::keras)
      update_keras(options, decay, bucket);
    else if (on_cpu(bucket))
      update_pytorch_on_cpu(options, decay, state.step == 0, bucket);
    else
      update_pytorch_elsewhere(options, decay, state.step == 0, bucket);
  });
}

}  // namespace temper::optim
