#include "temper/optim/rules/lion.h"

#include "temper/optim/bucket.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

struct Rule {
  double lr, beta1, beta2, keep;

  template <class N>
  void operator()(N& w, N g, N& m) const {
    const N away = g - m;
    w = constant<N>(keep) * w - constant<N>(lr) * sign(N(m + constant<N>(1 - beta1) * away));
    m = m + constant<N>(1 - beta2) * away;
  }
};

}  // namespace

State start_rule(const Lion&, std::span<const Target> targets) {
  State state;
  add_state(state, "mean", targets);
  return state;
}

void step_rule(const Lion& options, std::span<const Target> targets, State& state) {
  for_each_bucket(targets, state, 1, [&](Bucket& bucket) {
    const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
    sweep<1>(bucket, Rule{options.lr * bucket.lr_scale, options.beta1, options.beta2, decay.keep});
  });
}

}  // namespace temper::optim
