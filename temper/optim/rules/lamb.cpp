#include "temper/optim/rules/lamb.h"

#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>

#include "temper/optim/bucket.h"
#include "temper/optim/decay_step.h"
#include "temper/optim/norms.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

struct Rule {
  double beta1, beta2, correction1, correction2, eps, decay;

  template <class N>
  void operator()(N& w, N g, N& m, N& v, N& u) const {
    m = constant<N>(beta1) * m + constant<N>(1 - beta1) * g;
    v = constant<N>(beta2) * v + constant<N>(1 - beta2) * g * g;
    u = constant<N>(correction1) * m / (root(v * constant<N>(correction2)) + constant<N>(eps)) +
        constant<N>(decay) * w;
  }
};

double trust_ratio(const Lamb& options, double weight, double step) {
  const double ratio = weight > 0 && step > 0 ? weight / step : 1;
  return options.trust_clip ? std::min(ratio, 1.0) : ratio;
}

Rule rule_of(const Lamb& options, double t, double decay) {
  const auto correction = [&](double beta) {
    return options.bias_correction ? 1 / (1 - std::pow(beta, t)) : 1;
  };
  return {options.beta1, options.beta2, correction(options.beta1), correction(options.beta2),
          options.eps,   decay};
}

void update(const Lamb& options, Bucket& bucket) {
  const auto t = static_cast<double>(bucket.updates + 1);
  const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
  apply_decoupled(decay, bucket);
  auto& steps = bucket.memory.emplace_back();
  for (const auto& value : bucket.values) steps.push_back(at::empty_like(value));
  for (auto& copy : bucket.copies) copy.reset();  // the weights change only after the sweep
  sweep<3>(bucket, rule_of(options, t, decay.l2));

  const double lr = options.lr * bucket.lr_scale;
  const bool adapts = options.always_adapt || bucket.decay_scale != 0;
  const auto weight_norms = adapts ? norms(bucket.values) : std::vector<double>{};
  const auto step_norms = adapts ? norms(steps) : std::vector<double>{};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double ratio = adapts ? trust_ratio(options, weight_norms[i], step_norms[i]) : 1;
    bucket.values[i].add_(steps[i], -lr * ratio);
  }
}

}  // namespace

DecayOptions decay_options(const Lamb& options) {
  return {.weight_decay = options.weight_decay,
          .decay = options.decay == LambDecay::decoupled ? Decay::decoupled : Decay::l2,
          .scale = options.decay_scale,
          .base_lr = options.base_lr};
}

State start_rule(const Lamb&, std::span<const Target> targets) {
  State state;
  add_state(state, "mean", targets);
  add_state(state, "mean_square", targets);
  add_updates(state, targets);
  return state;
}

void step_rule(const Lamb& options, std::span<const Target> targets, State& state) {
  for_each_counted_bucket(targets, state, 2, [&](Bucket& bucket) { update(options, bucket); });
}

}  // namespace temper::optim
