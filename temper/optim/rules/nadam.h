#pragma once
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Adam with Nesterov momentum.
struct NAdam {
  double lr = 2e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double momentum_decay = 4e-3;
  double weight_decay = 0;
  Decay decay = Decay::l2;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;

  static constexpr std::string_view kind = "nadam";
  static constexpr About about = {
      .summary = "Adam with Nesterov momentum, which increases over the first steps.",
      .formula =
          "mu_t = beta1 * (1 - 0.96^(t * momentum_decay) / 2)      t = 1, 2, ...\n"
          "m <- beta1 * m + (1 - beta1) * g      v <- beta2 * v + (1 - beta2) * g^2\n"
          "n = (1 - mu_t) / (1 - mu_1...mu_t) * g + mu_{t+1} / (1 - mu_1...mu_{t+1}) * m\n"
          "w <- w - lr * n / (sqrt(v / (1 - beta2^t)) + eps)",
      .paper = "Dozat 2016, Incorporating Nesterov momentum into Adam"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&NAdam::lr),
        beta1_field(&NAdam::beta1),
        beta2_field(&NAdam::beta2),
        eps_field(&NAdam::eps),
        field(&NAdam::momentum_decay, {.name = "momentum_decay",
                                       .meaning = "rate at which the momentum approaches beta1",
                                       .bounds = {.low = 0}}),
        weight_decay_field(&NAdam::weight_decay),
        decay_field(&NAdam::decay),
        decay_scale_field(&NAdam::decay_scale),
        base_lr_field(&NAdam::base_lr)};
  }
};

/// The state before the first step: a mean and a mean square for each parameter, and the product of
/// all momentum factors so far.
State start_rule(const NAdam& options, std::span<const Target> targets);

void step_rule(const NAdam& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim
