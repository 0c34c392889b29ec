#pragma once
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Adam that rectifies the variance of the adaptive learning rate in its first steps.
struct RAdam {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  Decay decay = Decay::l2;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;

  static constexpr std::string_view kind = "radam";
  static constexpr About about = {
      .summary =
          "Adam that rectifies the variance of the adaptive learning rate in its first steps: "
          "until the second-moment estimate is reliable, it steps along the first-moment estimate "
          "alone, then its steps are scaled by a rectification term. It needs no warm-up.",
      .formula =
          "R = 2 / (1 - beta2) - 1      rho = R - 2 t beta2^t / (1 - beta2^t)      t = 1, 2, ...\n"
          "r = sqrt((rho - 4) (rho - 2) R / ((R - 4) (R - 2) rho))      m, v as in adam\n"
          "rho > 5:  w <- w - lr * r * m / (1 - beta1^t) * sqrt(1 - beta2^t) / (sqrt(v) + eps)\n"
          "else:     w <- w - lr * m / (1 - beta1^t)",
      .paper =
          "Liu et al. 2020, On the variance of the adaptive learning rate and beyond, "
          "arXiv:1908.03265"};
  static constexpr auto fields() {
    return std::tuple{lr_field(&RAdam::lr),
                      beta1_field(&RAdam::beta1),
                      beta2_field(&RAdam::beta2),
                      eps_field(&RAdam::eps),
                      weight_decay_field(&RAdam::weight_decay),
                      decay_field(&RAdam::decay),
                      decay_scale_field(&RAdam::decay_scale),
                      base_lr_field(&RAdam::base_lr)};
  }
};

/// The state before the first step: a mean and a mean square for each parameter.
State start_rule(const RAdam& options, std::span<const Target> targets);

void step_rule(const RAdam& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim
