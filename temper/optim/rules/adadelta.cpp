#include "temper/optim/rules/adadelta.h"

#include "temper/optim/bucket.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

struct Rule {
  double lr, rho, eps, l2, keep;

  template <class N>
  void operator()(N& w, N g, N& v, N& u) const {
    g = g + constant<N>(l2) * w;
    v = constant<N>(rho) * v + constant<N>(1 - rho) * g * g;
    const N d = root(u + constant<N>(eps)) / root(v + constant<N>(eps)) * g;
    u = constant<N>(rho) * u + constant<N>(1 - rho) * d * d;
    w = constant<N>(keep) * w - constant<N>(lr) * d;
  }
};

}  // namespace

State start_rule(const Adadelta&, std::span<const Target> targets) {
  State state;
  add_state(state, "mean_square", targets);
  add_state(state, "mean_square_step", targets);
  return state;
}

void step_rule(const Adadelta& options, std::span<const Target> targets, State& state) {
  for_each_bucket(targets, state, 2, [&](Bucket& bucket) {
    const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
    sweep<2>(bucket,
             Rule{options.lr * bucket.lr_scale, options.rho, options.eps, decay.l2, decay.keep});
  });
}

}  // namespace temper::optim
