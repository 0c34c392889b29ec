#include "temper/optim/rules/radam.h"

#include <cmath>

#include "temper/optim/bucket.h"
#include "temper/optim/rectification.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

constexpr double kMinLength = 5;

struct Moments {
  double beta1, beta2, l2, keep;

  template <class N>
  void average(const N& w, N& g, N& m, N& v) const {
    g = g + constant<N>(l2) * w;
    m = constant<N>(beta1) * m + constant<N>(1 - beta1) * g;
    v = constant<N>(beta2) * v + constant<N>(1 - beta2) * g * g;
  }
};

struct Adaptive : Moments {
  double rate, eps;

  template <class N>
  void operator()(N& w, N g, N& m, N& v) const {
    average(w, g, m, v);
    w = constant<N>(keep) * w - constant<N>(rate) * m / (root(v) + constant<N>(eps));
  }
};

struct FirstMomentOnly : Moments {
  double rate;

  template <class N>
  void operator()(N& w, N g, N& m, N& v) const {
    average(w, g, m, v);
    w = constant<N>(keep) * w - constant<N>(rate) * m;
  }
};

}  // namespace

State start_rule(const RAdam&, std::span<const Target> targets) {
  State state;
  add_state(state, "mean", targets);
  add_state(state, "mean_square", targets);
  add_updates(state, targets);
  return state;
}

void step_rule(const RAdam& options, std::span<const Target> targets, State& state) {
  for_each_counted_bucket(targets, state, 2, [&](Bucket& bucket) {
    const auto t = static_cast<double>(bucket.updates + 1);
    const auto [length, factor] = rectification(options.beta2, t);
    const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
    const Moments moments{options.beta1, options.beta2, decay.l2, decay.keep};
    const double rate = options.lr * bucket.lr_scale / (1 - std::pow(options.beta1, t));
    if (length > kMinLength)
      sweep<2>(bucket, Adaptive{moments, rate * factor * std::sqrt(1 - std::pow(options.beta2, t)),
                                options.eps});
    else
      sweep<2>(bucket, FirstMomentOnly{moments, rate});
  });
}

}  // namespace temper::optim
