#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// How weight decay reaches the weights.
enum class Decay : std::uint8_t { l2, decoupled };

/// Stochastic gradient descent, in PyTorch's form.
struct Sgd {
  double lr = 0.1;
  double momentum = 0.9;
  double dampening = 0;
  bool nesterov = false;
  double weight_decay = 0;
  Decay decay = Decay::l2;

  static constexpr std::string_view kind = "sgd";
  static constexpr About about = {
      .summary =
          "Stochastic gradient descent with momentum, as PyTorch defines it: the learning rate "
          "multiplies the velocity when it is applied.",
      .formula =
          "l2:        g <- g + weight_decay * w\n"
          "decoupled: w <- w - lr * weight_decay * w\n"
          "v <- momentum * v + (1 - dampening) * g      (first step: v <- g)\n"
          "w <- w - lr * v              nesterov: w <- w - lr * (g + momentum * v)",
      .paper =
          "Sutskever et al. 2013, On the importance of initialization and momentum in deep "
          "learning; decoupled: Loshchilov and Hutter 2019, arXiv:1711.05101"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Sgd::lr, {.name = "lr",
                         .meaning = "learning rate",
                         .bounds = {.low = 0},
                         .scheduled = true,
                         .alias = "learning_rate"}),
        field(&Sgd::momentum, {.name = "momentum",
                               .meaning = "what a step keeps of the velocity",
                               .bounds = {0, 1, false, true},
                               .scheduled = true}),
        field(&Sgd::dampening, {.name = "dampening",
                                .meaning = "what the velocity leaves out of the gradient",
                                .bounds = {0, 1}}),
        field(&Sgd::nesterov,
              {.name = "nesterov",
               .meaning = "looks ahead along the velocity; needs momentum, and dampening 0"}),
        field(&Sgd::weight_decay,
              {.name = "weight_decay",
               .meaning = "pull of weights towards zero; norms and biases are left out by default",
               .bounds = {.low = 0},
               .scheduled = true}),
        field(&Sgd::decay, {.name = "decay",
                            .meaning = "through the gradient (l2) or apart from it (decoupled)"})};
  }
};

/// Throws Error{Code::usage} for options that don't go together.
void check(const Sgd& options);

/// The state before the first step: a velocity a parameter.
State start(const Sgd& options, std::span<const Target> targets);

void step(const Sgd& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::Decay> {
  static constexpr std::array<std::string_view, 2> value{"l2", "decoupled"};
};
