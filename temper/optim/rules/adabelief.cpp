#include "temper/optim/rules/adabelief.h"

#include <cmath>

#include "temper/core/error.h"
#include "temper/optim/bucket.h"
#include "temper/optim/rectification.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

constexpr double kMinLength = 5;

struct Moments {
  double beta1, beta2, eps, rate, l2, keep;

  template <class N>
  void average(const N& w, N& g, N& m, N& s) const {
    g = g + constant<N>(l2) * w;
    m = constant<N>(beta1) * m + constant<N>(1 - beta1) * g;
    const N stray = g - m;
    s = constant<N>(beta2) * s + constant<N>(1 - beta2) * stray * stray + constant<N>(eps);
  }
};

/// w <- w - rate * m / (sqrt(s * correction) + eps)
struct Adaptive : Moments {
  double correction;

  template <class N>
  void operator()(N& w, N g, N& m, N& s) const {
    average(w, g, m, s);
    w = constant<N>(keep) * w -
        constant<N>(rate) * m / (root(s * constant<N>(correction)) + constant<N>(eps));
  }
};

struct AdaptiveLargest : Moments {
  double correction;

  template <class N>
  void operator()(N& w, N g, N& m, N& s, N& largest) const {
    average(w, g, m, s);
    largest = larger(largest, s);
    w = constant<N>(keep) * w -
        constant<N>(rate) * m / (root(largest * constant<N>(correction)) + constant<N>(eps));
  }
};

struct FirstMomentOnly : Moments {
  template <class N>
  void operator()(N& w, N g, N& m, N& s) const {
    average(w, g, m, s);
    w = constant<N>(keep) * w - constant<N>(rate) * m;
  }
};

double eps_of(const AdaBelief& options) {
  if (options.eps > 0) return options.eps;
  return options.defaults == BeliefDefaults::paper ? 1e-8 : 1e-16;
}

bool rectifies(const AdaBelief& options) {
  if (options.rectify != Rectify::automatic) return options.rectify == Rectify::on;
  return options.defaults == BeliefDefaults::package;
}

void update_rectified(const AdaBelief& options, double t, Moments moments, Bucket& bucket) {
  const auto [length, factor] = rectification(options.beta2, t);
  if (length >= kMinLength) {
    moments.rate *= factor * std::sqrt(1 - std::pow(options.beta2, t));
    sweep<2>(bucket, Adaptive{moments, /*correction=*/1});
  } else {
    if (!options.degenerated_to_sgd) moments.rate = 0;
    sweep<2>(bucket, FirstMomentOnly{moments});
  }
}

void update(const AdaBelief& options, Bucket& bucket) {
  const auto t = static_cast<double>(bucket.updates + 1);
  const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
  const Moments moments{.beta1 = options.beta1,
                        .beta2 = options.beta2,
                        .eps = eps_of(options),
                        .rate = options.lr * bucket.lr_scale / (1 - std::pow(options.beta1, t)),
                        .l2 = decay.l2,
                        .keep = decay.keep};
  const double correction = 1 / (1 - std::pow(options.beta2, t));
  if (rectifies(options))
    update_rectified(options, t, moments, bucket);
  else if (options.amsgrad)
    sweep<3>(bucket, AdaptiveLargest{moments, correction});
  else
    sweep<2>(bucket, Adaptive{moments, correction});
}

}  // namespace

void AdaBelief::check() const {
  if (amsgrad && rectifies(*this))
    throw Error(Code::usage, {.option = "optimizer.amsgrad"},
                "optimizer.amsgrad = true has no effect with rectification: set rectify = \"off\", "
                "or amsgrad = false");
}

State start_rule(const AdaBelief& options, std::span<const Target> targets) {
  State state;
  add_state(state, "mean", targets);
  add_state(state, "mean_square_deviation", targets);
  if (options.amsgrad) add_state(state, "largest_mean_square_deviation", targets);
  add_updates(state, targets);
  return state;
}

void step_rule(const AdaBelief& options, std::span<const Target> targets, State& state) {
  for_each_counted_bucket(targets, state, options.amsgrad ? 3 : 2,
                          [&](Bucket& bucket) { update(options, bucket); });
}

}  // namespace temper::optim
