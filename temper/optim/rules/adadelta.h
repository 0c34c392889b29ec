#pragma once
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Scales the gradient by the ratio of two running root mean squares, of updates and of gradients.
struct Adadelta {
  double lr = 1;
  double rho = 0.95;
  double eps = 1e-6;
  double weight_decay = 0;
  Decay decay = Decay::l2;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;

  static constexpr std::string_view kind = "adadelta";
  static constexpr About about = {
      .summary =
          "Divides the gradient by its running root mean square and multiplies it by the running "
          "root mean square of the updates, so that an update has the unit of the weights. The "
          "paper has no learning rate (lr = 1).",
      .formula =
          "v <- rho * v + (1 - rho) * g^2\n"
          "d = sqrt(u + eps) / sqrt(v + eps) * g\n"
          "u <- rho * u + (1 - rho) * d^2\n"
          "w <- w - lr * d",
      .paper = "Zeiler 2012, ADADELTA, arXiv:1212.5701"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&Adadelta::lr),
        decay_rate_field(&Adadelta::rho, "rho", "decay rate of the running mean squares"),
        eps_field(&Adadelta::eps,
                  "term added under both square roots; keeps the first steps above 0"),
        weight_decay_field(&Adadelta::weight_decay),
        decay_field(&Adadelta::decay),
        decay_scale_field(&Adadelta::decay_scale),
        base_lr_field(&Adadelta::base_lr)};
  }
};

/// The state before the first step: for each parameter, the mean squares of its gradient and of its
/// updates.
State start_rule(const Adadelta& options, std::span<const Target> targets);

void step_rule(const Adadelta& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim
