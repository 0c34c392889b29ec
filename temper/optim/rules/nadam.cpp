#include "temper/optim/rules/nadam.h"

#include <ATen/ops/ones.h>
#include <fmt/format.h>

#include <cmath>

#include "temper/optim/bucket.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

struct Rule {
  double of_gradient, of_mean, beta1, beta2, correction, eps, l2, keep;

  template <class N>
  void operator()(N& w, N g, N& m, N& v) const {
    g = g + constant<N>(l2) * w;
    m = constant<N>(beta1) * m + constant<N>(1 - beta1) * g;
    v = constant<N>(beta2) * v + constant<N>(1 - beta2) * g * g;
    w = constant<N>(keep) * w - (constant<N>(of_gradient) * g + constant<N>(of_mean) * m) /
                                    (root(v * constant<N>(correction)) + constant<N>(eps));
  }
};

double momentum_at(const NAdam& options, double t) {
  return options.beta1 * (1 - std::pow(0.96, t * options.momentum_decay) / 2);
}

void update(const NAdam& options, Bucket& bucket, std::size_t i) {
  const auto t = static_cast<double>(bucket.updates + 1);
  const double momentum = momentum_at(options, t);
  const double next = momentum_at(options, t + 1);
  const auto so_far = bucket.memory[2][i].mul_(momentum).item<double>();
  const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
  const double lr = options.lr * bucket.lr_scale;
  sweep_one<2>(bucket, i,
               Rule{.of_gradient = lr * (1 - momentum) / (1 - so_far),
                    .of_mean = lr * next / (1 - so_far * next),
                    .beta1 = options.beta1,
                    .beta2 = options.beta2,
                    .correction = 1 / (1 - std::pow(options.beta2, t)),
                    .eps = options.eps,
                    .l2 = decay.l2,
                    .keep = decay.keep});
}

}  // namespace

State start_rule(const NAdam&, std::span<const Target> targets) {
  State state;
  add_state(state, "mean", targets);
  add_state(state, "mean_square", targets);
  for (const auto& target : targets)
    state.tensors.emplace_back(fmt::format("momentum_product/{}", target.name),
                               at::ones({}, at::kDouble));
  add_updates(state, targets);
  return state;
}

void step_rule(const NAdam& options, std::span<const Target> targets, State& state) {
  for_each_counted_bucket(targets, state, 3, [&](Bucket& bucket) {
    for (std::size_t i = 0; i < bucket.values.size(); ++i) update(options, bucket, i);
  });
}

}  // namespace temper::optim
