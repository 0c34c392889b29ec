#pragma once
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// SGD with momentum, by an option that no other optimizer has.
struct ToyMomentum {
  double lr = 0.1;
  double friction = 0.1;
  double weight_decay = 0;

  static constexpr std::string_view kind = "toy_momentum";
  static constexpr About about = {
      .summary = "SGD whose velocity loses a fraction of itself in every step.",
      .formula =
          "v <- (1 - friction) * v + g + weight_decay * w\n"
          "w <- w - lr * v",
      .paper = "Polyak 1964, Some methods of speeding up the convergence of iteration methods"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&ToyMomentum::lr),
        field(&ToyMomentum::friction, {.name = "friction",
                                       .meaning = "fraction of the velocity that is lost in a step",
                                       .bounds = {0, 1, true, false},
                                       .scheduled = true}),
        field(
            &ToyMomentum::weight_decay,
            {.name = "weight_decay", .meaning = "weight decay coefficient", .bounds = {.low = 0}})};
  }
};

State start_rule(const ToyMomentum& options, std::span<const Target> targets);

void step_rule(const ToyMomentum& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim
