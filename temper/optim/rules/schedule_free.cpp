#include "temper/optim/rules/schedule_free.h"

#include <ATen/ops/lerp.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "temper/optim/bucket.h"
#include "temper/optim/sweep.h"

namespace temper::optim {
namespace {

/// Updates y and z for the step that z takes; `back` is the fraction of it that y takes.
struct Average {
  double share, back;

  template <class N>
  void move(N& y, N& z, const N& taken) const {
    y = y + constant<N>(share) * (z - y) - constant<N>(back) * taken;
    z = z - taken;
  }
};

struct SgdRule : Average {
  double lr, l2;

  template <class N>
  void operator()(N& y, N g, N& z) const {
    move(y, z, N(constant<N>(lr) * (g + constant<N>(l2) * y)));
  }
};

struct AdamRule : Average {
  double beta2, lr, correction, eps, decay;

  template <class N>
  void operator()(N& y, N g, N& z, N& v) const {
    v = constant<N>(beta2) * v + constant<N>(1 - beta2) * g * g;
    move(y, z,
         N(constant<N>(lr) * g / (root(v * constant<N>(correction)) + constant<N>(eps)) +
           constant<N>(decay) * y));
  }
};

State start_at(std::span<const Target> targets) {
  State state;
  add_state(state, "z", targets);
  for (std::size_t i = 0; i < targets.size(); ++i) state.tensors[i].second.copy_(targets[i].value);
  return state;
}

void remember_weights(State& state) {
  state.tensors.emplace_back("weight_sum", at::zeros({}, at::kDouble));
  state.tensors.emplace_back("lr_max", at::zeros({}, at::kDouble));
}

/// This step's weight in the average: its share of the sum of all weights so far, to which it is
/// added.
/// @param first  index of weight_sum in the state; lr_max follows
template <class Options>
double share(const Options& options, const State& state, std::size_t first) {
  const auto& sum = state.tensors[first].second;
  const auto& highest = state.tensors[first + 1].second;
  highest.fill_(std::max(highest.item<double>(), options.lr));
  const double weight = std::pow(static_cast<double>(state.step + 1), options.r) *
                        std::pow(highest.item<double>(), options.weight_lr_power);
  sum.add_(weight);
  const auto total = sum.item<double>();
  return total > 0 ? weight / total : 0;
}

Average average(double share, double average_share) {
  return {.share = share, .back = 1 - average_share * (1 - share)};
}

}  // namespace

State start_rule(const ScheduleFreeSgd&, std::span<const Target> targets) {
  auto state = start_at(targets);
  remember_weights(state);
  return state;
}

State start_rule(const ScheduleFreeAdamW&, std::span<const Target> targets) {
  auto state = start_at(targets);
  add_state(state, "mean_square", targets);
  remember_weights(state);
  return state;
}

void step_rule(const ScheduleFreeSgd& options, std::span<const Target> targets, State& state) {
  const auto rule = average(share(options, state, targets.size()), options.momentum);
  for_each_bucket(targets, state, 1, [&](Bucket& bucket) {
    const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
    sweep<1>(bucket, SgdRule{rule, options.lr * bucket.lr_scale, decay.l2});
  });
}

void step_rule(const ScheduleFreeAdamW& options, std::span<const Target> targets, State& state) {
  const auto rule = average(share(options, state, 2 * targets.size()), options.beta1);
  const double correction = 1 / (1 - std::pow(options.beta2, static_cast<double>(state.step + 1)));
  for_each_bucket(targets, state, 2, [&](Bucket& bucket) {
    const auto decay = decay_factors(options, bucket.lr_scale, bucket.decay_scale);
    sweep<2>(bucket, AdamRule{rule, options.beta2, options.lr * bucket.lr_scale, correction,
                              options.eps, 1 - decay.keep});
  });
}

at::Tensor evaluated(const ScheduleFreeSgd& options, const at::Tensor& y, const State& state,
                     std::size_t i) {
  return at::lerp(y, state.tensors[i].second, 1 - 1 / options.momentum);
}

at::Tensor evaluated(const ScheduleFreeAdamW& options, const at::Tensor& y, const State& state,
                     std::size_t i) {
  return at::lerp(y, state.tensors[i].second, 1 - 1 / options.beta1);
}

}  // namespace temper::optim
