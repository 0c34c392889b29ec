#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Where eps is added: outside the square root (pytorch) or inside it (keras).
enum class AdagradForm : std::uint8_t { pytorch, keras };

/// Divides the gradient by the square root of the sum of all past squared gradients.
struct Adagrad {
  double lr = 0.01;
  double lr_decay = 0;
  double eps = 1e-10;
  double initial_accumulator_value = 0;
  double weight_decay = 0;
  Decay decay = Decay::l2;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;
  AdagradForm form = AdagradForm::pytorch;

  static constexpr std::string_view kind = "adagrad";
  static constexpr About about = {
      .summary =
          "Divides the gradient by the square root of the sum of all past squared gradients, so "
          "that the effective learning rate of every weight decreases by itself. Keras' defaults: "
          "form = \"keras\", initial_accumulator_value = 0.1, eps = 1e-7.",
      .formula =
          "a <- a + g^2            a_0 = initial_accumulator_value; t = 0, 1, ...\n"
          "pytorch: w <- w - lr / (1 + t * lr_decay) * g / (sqrt(a) + eps)\n"
          "keras:   w <- w - lr / (1 + t * lr_decay) * g / sqrt(a + eps)",
      .paper =
          "Duchi et al. 2011, Adaptive subgradient methods for online learning and stochastic "
          "optimization"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&Adagrad::lr),
        field(&Adagrad::lr_decay, {.name = "lr_decay",
                                   .meaning = "learning rate decay",
                                   .unit = "1/step",
                                   .bounds = {.low = 0}}),
        eps_field(&Adagrad::eps),
        field(&Adagrad::initial_accumulator_value,
              {.name = "initial_accumulator_value",
               .meaning = "initial value of the sum of squares",
               .bounds = {.low = 0}}),
        weight_decay_field(&Adagrad::weight_decay),
        decay_field(&Adagrad::decay),
        decay_scale_field(&Adagrad::decay_scale),
        base_lr_field(&Adagrad::base_lr),
        field(&Adagrad::form,
              {.name = "form",
               .meaning = "eps outside the square root (pytorch) or inside it (keras)"})};
  }
};

/// The state before the first step: a sum of squares for each parameter.
State start_rule(const Adagrad& options, std::span<const Target> targets);

void step_rule(const Adagrad& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::AdagradForm> {
  static constexpr std::array<std::string_view, 2> value{"pytorch", "keras"};
};
