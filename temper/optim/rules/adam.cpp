#include "temper/optim/rules/adam.h"

#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>

#include <cmath>

#include "temper/optim/bucket.h"
#include "temper/optim/decay_step.h"
#include "temper/optim/fused_steps.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

template <class Options>
State start_moments(const Options& options, std::span<const Target> targets) {
  State state;
  add_state(state, "mean", targets);
  add_state(state, "mean_square", targets);
  if (options.amsgrad) add_state(state, "largest_mean_square", targets);
  add_updates(state, targets);
  return state;
}

struct Rule {
  double beta1, beta2, rate, correction, eps, l2, keep;

  template <class N>
  void average(const N& w, N& g, N& m, N& v) const {
    g = g + constant<N>(l2) * w;
    m = constant<N>(beta1) * m + constant<N>(1 - beta1) * g;
    v = constant<N>(beta2) * v + constant<N>(1 - beta2) * g * g;
  }
  template <class N>
  void move(N& w, const N& m, const N& v) const {
    w = constant<N>(keep) * w -
        constant<N>(rate) * m / (root(v * constant<N>(correction)) + constant<N>(eps));
  }
  template <class N>
  void operator()(N& w, N g, N& m, N& v) const {
    average(w, g, m, v);
    move(w, m, v);
  }
  template <class N>
  void operator()(N& w, N g, N& m, N& v, N& largest) const {
    average(w, g, m, v);
    largest = larger(largest, v);
    move(w, m, largest);
  }
};

/// One pass over memory; LibTorch's own CPU kernel needs more.
template <class Options>
void update_on_cpu(const Options& options, Bucket& bucket) {
  const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
  const auto t = static_cast<double>(bucket.updates + 1);
  const Rule rule{.beta1 = options.beta1,
                  .beta2 = options.beta2,
                  .rate = options.lr * bucket.lr_scale / (1 - std::pow(options.beta1, t)),
                  .correction = 1 / (1 - std::pow(options.beta2, t)),
                  .eps = options.eps,
                  .l2 = decay.l2,
                  .keep = decay.keep};
  options.amsgrad ? sweep<3>(bucket, rule) : sweep<2>(bucket, rule);
}

template <class Options>
void update_on_device(const Options& options, Bucket& bucket) {
  const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
  const double lr = options.lr * bucket.lr_scale;
  const auto largest = options.amsgrad ? at::TensorList(bucket.memory[2]) : at::TensorList();
  const auto steps = fused_steps(bucket);
  // The kernel's own decay saves a pass over the weights; the kernel multiplies it by lr.
  const bool in_kernel = decay.keep != 1 && lr > 0;
  if (in_kernel) {
    at::_fused_adamw_(bucket.values, bucket.gradients, bucket.memory[0], bucket.memory[1], largest,
                      steps, lr, options.beta1, options.beta2, (1 - decay.keep) / lr, options.eps,
                      options.amsgrad, /*maximize=*/false);
  } else {
    apply_decoupled(decay, bucket);
    at::_fused_adam_(bucket.values, bucket.gradients, bucket.memory[0], bucket.memory[1], largest,
                     steps, lr, options.beta1, options.beta2, decay.l2, options.eps,
                     options.amsgrad, /*maximize=*/false);
  }
}

template <class Options>
void step_moments(const Options& options, std::span<const Target> targets, State& state) {
  for_each_counted_bucket(targets, state, options.amsgrad ? 3 : 2, [&](Bucket& bucket) {
    on_cpu(bucket) ? update_on_cpu(options, bucket) : update_on_device(options, bucket);
  });
}

}  // namespace

State start_rule(const Adam& options, std::span<const Target> targets) {
  return start_moments(options, targets);
}
State start_rule(const AdamW& options, std::span<const Target> targets) {
  return start_moments(options, targets);
}

void step_rule(const Adam& options, std::span<const Target> targets, State& state) {
  step_moments(options, targets, state);
}
void step_rule(const AdamW& options, std::span<const Target> targets, State& state) {
  step_moments(options, targets, state);
}

}  // namespace temper::optim
