#include "temper/optim/rules/toy_momentum.h"

#include "temper/optim/bucket.h"
#include "temper/optim/decay.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

struct Rule {
  double lr, keep, l2;

  template <class N>
  void operator()(N& w, N g, N& v) const {
    v = constant<N>(keep) * v + g + constant<N>(l2) * w;
    w = w - constant<N>(lr) * v;
  }
};

}  // namespace

State start_rule(const ToyMomentum&, std::span<const Target> targets) {
  State state;
  add_state(state, "velocity", targets);
  return state;
}

void step_rule(const ToyMomentum& options, std::span<const Target> targets, State& state) {
  for_each_bucket(targets, state, 1, [&](Bucket& bucket) {
    const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
    sweep<1>(bucket, Rule{options.lr * bucket.lr_scale, 1 - options.friction, decay.l2});
  });
}

}  // namespace temper::optim
