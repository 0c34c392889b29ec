#pragma once
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

// The fields that both optimizers have.

/// The weight of the average x in the interpolation y, at which gradients are computed. It must not
/// be 0, because x is computed from y by dividing by it.
template <class S>
constexpr auto average_weight_field(double S::* member, std::string_view name) {
  return field(member, {.name = name,
                        .meaning = "weight of the average x in the trained weights y",
                        .bounds = {0, 1, true, true}});
}
template <class S>
constexpr auto r_field(double S::* member) {
  return field(member, {.name = "r",
                        .meaning = "exponent of the step number in a step's weight in the average",
                        .bounds = {.low = 0}});
}
template <class S>
constexpr auto weight_lr_power_field(double S::* member) {
  return field(member, {.name = "weight_lr_power",
                        .meaning = "exponent of the highest learning rate so far in a step's "
                                   "weight in the average; gives warm-up steps little weight",
                        .bounds = {.low = 0}});
}
template <class S>
constexpr auto decaying_lr_field(bool S::* member) {
  return field(member, {.name = "decaying_lr",
                        .meaning = "confirms a schedule that decreases the learning rate, which "
                                   "the method is meant to replace",
                        .changes_results = false,
                        .reach = Reach::outcome});
}

/// SGD without a learning rate schedule: averaging replaces the decay of the learning rate.
struct ScheduleFreeSgd {
  double lr = 1;
  double momentum = 0.9;
  double weight_decay = 0;
  double r = 0;
  double weight_lr_power = 2;
  bool decaying_lr = false;

  static constexpr std::string_view kind = "schedule_free_sgd";
  static constexpr About about = {
      .summary =
          "Stochastic gradient descent at a constant learning rate: averaging of the iterates "
          "replaces the decay of the learning rate. Gradients are computed at y, an interpolation "
          "of the iterates z and their average x; y is trained, x is evaluated. Warm-up is set in "
          "lr. Learning rates are 10 to 50 times those of sgd.",
      .formula =
          "g <- g + weight_decay * y      at y\n"
          "c = t^r * m^weight_lr_power / (the sum of that so far)      m: the highest lr so far\n"
          "z <- z - lr * g                x <- (1 - c) * x + c * z\n"
          "y = (1 - momentum) * z + momentum * x      t = 1, 2, ...; x = y = z at the start",
      .paper = "Defazio et al. 2024, The road less scheduled, arXiv:2405.15682"};
  static constexpr auto fields() {
    using S = ScheduleFreeSgd;
    return std::tuple{lr_field(&S::lr),
                      average_weight_field(&S::momentum, "momentum"),
                      weight_decay_field(&S::weight_decay),
                      r_field(&S::r),
                      weight_lr_power_field(&S::weight_lr_power),
                      decaying_lr_field(&S::decaying_lr)};
  }
};

/// AdamW without a learning rate schedule and without a first-moment estimate: averaging of the
/// weights replaces both.
struct ScheduleFreeAdamW {
  double lr = 0.0025;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;
  double r = 0;
  double weight_lr_power = 2;
  bool decaying_lr = false;

  static constexpr std::string_view kind = "schedule_free_adamw";
  static constexpr About about = {
      .summary =
          "AdamW at a constant learning rate: averaging of the iterates replaces the decay of the "
          "learning rate and the first-moment estimate. Gradients are computed at y, an "
          "interpolation of the iterates z and their average x; y is trained, x is evaluated. "
          "Warm-up is set in lr, and is advised. Learning rates are 1 to 10 times those of adamw.",
      .formula =
          "v <- beta2 * v + (1 - beta2) * g^2      g: the gradient at y\n"
          "u = lr * g / (sqrt(v / (1 - beta2^t)) + eps) + s * weight_decay * y\n"
          "s: lr (the package), lr / base_lr or 1\n"
          "c = t^r * m^weight_lr_power / (the sum of that so far)      m: the highest lr so far\n"
          "z <- z - u                     x <- (1 - c) * x + c * z\n"
          "y = (1 - beta1) * z + beta1 * x      t = 1, 2, ...; x = y = z at the start",
      .paper = "Defazio et al. 2024, The road less scheduled, arXiv:2405.15682"};
  static constexpr auto fields() {
    using S = ScheduleFreeAdamW;
    return std::tuple{lr_field(&S::lr),
                      average_weight_field(&S::beta1, "beta1"),
                      beta2_field(&S::beta2),
                      eps_field(&S::eps),
                      weight_decay_field(&S::weight_decay),
                      decay_scale_field(&S::decay_scale),
                      base_lr_field(&S::base_lr),
                      r_field(&S::r),
                      weight_lr_power_field(&S::weight_lr_power),
                      decaying_lr_field(&S::decaying_lr)};
  }
};

/// The state before the first step: z for each parameter, for AdamW also a mean square; then the
/// float64 scalars weight_sum and lr_max.
State start_rule(const ScheduleFreeSgd& options, std::span<const Target> targets);
State start_rule(const ScheduleFreeAdamW& options, std::span<const Target> targets);

/// The targets hold y, before and after the step.
void step_rule(const ScheduleFreeSgd& options, std::span<const Target> targets, State& state);
void step_rule(const ScheduleFreeAdamW& options, std::span<const Target> targets, State& state);

/// The average x of parameter i, computed from its trained weights y, as a new tensor.
at::Tensor evaluated(const ScheduleFreeSgd& options, const at::Tensor& y, const State& state,
                     std::size_t i);
at::Tensor evaluated(const ScheduleFreeAdamW& options, const at::Tensor& y, const State& state,
                     std::size_t i);

}  // namespace temper::optim
