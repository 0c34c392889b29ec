#include "temper/optim/rules/rmsprop.h"

#include "temper/optim/bucket.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

/// eps inside and outside of the square root; the learning rate on the way into the momentum buffer
/// and on the way out of it.
struct Rule {
  double alpha, eps_inside, eps_outside, momentum, rate_in, rate_out, l2, keep;

  template <class N>
  [[nodiscard]] N quotient(const N& g, const N& v) const {
    return g / (root(v + constant<N>(eps_inside)) + constant<N>(eps_outside));
  }
  template <class N>
  void average(const N& g, N& v) const {
    v = constant<N>(alpha) * v + constant<N>(1 - alpha) * g * g;
  }
  /// At least 0: rounding may make the difference negative.
  template <class N>
  N variance(const N& g, const N& v, N& mean) const {
    mean = constant<N>(alpha) * mean + constant<N>(1 - alpha) * g;
    const N difference = v - mean * mean;
    return larger(difference, difference - difference);  // NOLINT(misc-redundant-expression)
  }
};

struct Plain : Rule {
  template <class N>
  void operator()(N& w, N g, N& v) const {
    g = g + constant<N>(l2) * w;
    average(g, v);
    w = constant<N>(keep) * w - constant<N>(rate_in * rate_out) * quotient(g, v);
  }
};

struct Centered : Rule {
  template <class N>
  void operator()(N& w, N g, N& v, N& mean) const {
    g = g + constant<N>(l2) * w;
    average(g, v);
    w = constant<N>(keep) * w - constant<N>(rate_in * rate_out) * quotient(g, variance(g, v, mean));
  }
};

struct WithMomentum : Rule {
  template <class N>
  void operator()(N& w, N g, N& v, N& b) const {
    g = g + constant<N>(l2) * w;
    average(g, v);
    b = constant<N>(momentum) * b + constant<N>(rate_in) * quotient(g, v);
    w = constant<N>(keep) * w - constant<N>(rate_out) * b;
  }
};

struct CenteredWithMomentum : Rule {
  template <class N>
  void operator()(N& w, N g, N& v, N& b, N& mean) const {
    g = g + constant<N>(l2) * w;
    average(g, v);
    b = constant<N>(momentum) * b + constant<N>(rate_in) * quotient(g, variance(g, v, mean));
    w = constant<N>(keep) * w - constant<N>(rate_out) * b;
  }
};

Rule rule_of(const RmsProp& options, const Bucket& bucket) {
  const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
  const bool pytorch = options.dialect == RmsPropDialect::pytorch;
  const double lr = options.lr * bucket.lr_scale;
  return {.alpha = options.alpha,
          .eps_inside = pytorch ? 0 : options.eps,
          .eps_outside = pytorch ? options.eps : 0,
          .momentum = options.momentum,
          .rate_in = pytorch ? 1 : lr,
          .rate_out = pytorch ? lr : 1,
          .l2 = decay.l2,
          .keep = decay.keep};
}

std::size_t remembered(const RmsProp& options) {
  return 1U + (options.momentum != 0 ? 1U : 0U) + (options.centered ? 1U : 0U);
}

}  // namespace

State start_rule(const RmsProp& options, std::span<const Target> targets) {
  State state;
  add_state(state, "mean_square", targets, options.dialect == RmsPropDialect::tf1 ? 1 : 0);
  if (options.momentum != 0) add_state(state, "velocity", targets);
  if (options.centered) add_state(state, "mean", targets);
  return state;
}

void step_rule(const RmsProp& options, std::span<const Target> targets, State& state) {
  for_each_bucket(targets, state, remembered(options), [&](Bucket& bucket) {
    const auto rule = rule_of(options, bucket);
    if (options.momentum == 0)
      options.centered ? sweep<2>(bucket, Centered{rule}) : sweep<1>(bucket, Plain{rule});
    else
      options.centered ? sweep<3>(bucket, CenteredWithMomentum{rule})
                       : sweep<2>(bucket, WithMomentum{rule});
  });
}

}  // namespace temper::optim
