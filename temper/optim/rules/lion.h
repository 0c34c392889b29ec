#pragma once
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Updates by the sign of an interpolation between the gradient and its running mean.
struct Lion {
  double lr = 1e-4;
  double beta1 = 0.9;
  double beta2 = 0.99;
  double weight_decay = 0;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;

  static constexpr std::string_view kind = "lion";
  static constexpr About about = {
      .summary =
          "Every weight is changed by the learning rate times the sign of an interpolation between "
          "the gradient and its running mean. It needs a learning rate 3 to 10 times smaller than "
          "adamw's, and a weight decay larger by the same factor.",
      .formula =
          "w <- w - s * weight_decay * w      s: lr, lr / base_lr or 1\n"
          "w <- w - lr * sign(beta1 * m + (1 - beta1) * g)\n"
          "m <- beta2 * m + (1 - beta2) * g",
      .paper = "Chen et al. 2023, Symbolic discovery of optimization algorithms, arXiv:2302.06675"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&Lion::lr),
        decay_rate_field(&Lion::beta1, "beta1",
                         "weight of the running mean in the interpolation with the gradient"),
        decay_rate_field(&Lion::beta2, "beta2", "decay rate of the first-moment estimate"),
        weight_decay_field(&Lion::weight_decay),
        decay_scale_field(&Lion::decay_scale),
        base_lr_field(&Lion::base_lr)};
  }
};

/// The state before the first step: a mean for each parameter.
State start_rule(const Lion& options, std::span<const Target> targets);

void step_rule(const Lion& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim
