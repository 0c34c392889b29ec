#include "temper/optim/rules/lars.h"

#include <algorithm>

#include "temper/core/error.h"
#include "temper/optim/bucket.h"
#include "temper/optim/norms.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

struct Rule {
  double lr, momentum_factor, gradient_factor, ahead_velocity, ahead_gradient, ratio, decay;

  template <class N>
  void operator()(N& w, N g, N& v) const {
    g = constant<N>(ratio) * (g + constant<N>(decay) * w);
    v = constant<N>(momentum_factor) * v + constant<N>(gradient_factor) * g;
    w = w - constant<N>(lr) * (constant<N>(ahead_gradient) * g + constant<N>(ahead_velocity) * v);
  }
};

double trust_ratio(const Lars& options, double lr, double decay, double weight, double gradient) {
  double ratio = 1;
  if (weight > 0 && gradient > 0)
    ratio = options.trust_coeff * weight /
            (gradient + (options.decay_in_ratio ? decay * weight : 0) + options.eps);
  if (!options.trust_clip) return ratio;
  return lr > 0 ? std::min(ratio / lr, 1.0) : 1;
}

Rule rule_of(const Lars& options, const Bucket& bucket) {
  const bool first = bucket.updates == 0;
  return {.lr = options.lr * bucket.lr_scale,
          .momentum_factor = first ? 0 : options.momentum,
          .gradient_factor = first ? 1 : 1 - options.dampening,
          .ahead_velocity = options.momentum == 0 ? 0
                            : options.nesterov    ? options.momentum
                                                  : 1,
          .ahead_gradient = options.momentum == 0 || options.nesterov ? 1.0 : 0.0,
          .ratio = 1,
          .decay = options.weight_decay * bucket.decay_scale};
}

void update(const Lars& options, Bucket& bucket) {
  auto rule = rule_of(options, bucket);
  if (!options.always_adapt && bucket.decay_scale == 0) {
    sweep<1>(bucket, rule);
    return;
  }
  const auto weights = norms(bucket.values);
  const auto gradients = norms(bucket.gradients);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    rule.ratio = trust_ratio(options, rule.lr, rule.decay, weights[i], gradients[i]);
    sweep_one<1>(bucket, i, rule);
  }
}

}  // namespace

void Lars::check() const {
  if (nesterov && (momentum == 0 || dampening != 0))
    throw Error(Code::usage, {.option = "optimizer.nesterov"},
                "optimizer.nesterov = true needs momentum above 0 and dampening 0: set those, or "
                "nesterov = false");
}

State start_rule(const Lars&, std::span<const Target> targets) {
  State state;
  add_state(state, "velocity", targets);
  add_updates(state, targets);
  return state;
}

void step_rule(const Lars& options, std::span<const Target> targets, State& state) {
  for_each_counted_bucket(targets, state, 1, [&](Bucket& bucket) { update(options, bucket); });
}

}  // namespace temper::optim
