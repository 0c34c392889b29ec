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

/// Where the learning rate is applied: to the momentum buffer (pytorch), or to the gradient that is
/// added to it (keras). The two differ when the learning rate changes.
enum class MomentumForm : std::uint8_t { pytorch, keras };

/// Stochastic gradient descent: plain, with momentum, or with Nesterov momentum.
struct Sgd {
  double lr = 0.1;
  double momentum = 0.9;
  double dampening = 0;
  bool nesterov = false;
  double weight_decay = 0;
  Decay decay = Decay::l2;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;
  MomentumForm form = MomentumForm::pytorch;

  static constexpr std::string_view kind = "sgd";
  static constexpr About about = {
      .summary =
          "Stochastic gradient descent, plain (momentum = 0) or with momentum. In PyTorch's form "
          "the learning rate multiplies the momentum buffer when the weights are updated, in "
          "Keras' the gradient when it is added to the buffer: the two differ when the learning "
          "rate changes.",
      .formula =
          "l2:        g <- g + weight_decay * w\n"
          "decoupled: w <- w - s * weight_decay * w     s: lr, lr / base_lr or 1\n"
          "pytorch:   v <- momentum * v + (1 - dampening) * g      (first step: v <- g)\n"
          "           w <- w - lr * v           nesterov: w <- w - lr * (g + momentum * v)\n"
          "keras:     v <- momentum * v - lr * g\n"
          "           w <- w + v                nesterov: w <- w + momentum * v - lr * g",
      .paper =
          "Polyak 1964, Some methods of speeding up the convergence of iteration methods; "
          "Sutskever et al. 2013, On the importance of initialization and momentum in deep "
          "learning; decoupled: Loshchilov and Hutter 2019, arXiv:1711.05101"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&Sgd::lr),
        momentum_field(&Sgd::momentum),
        field(&Sgd::dampening,
              {.name = "dampening", .meaning = "dampening for momentum", .bounds = {0, 1}}),
        field(&Sgd::nesterov,
              {.name = "nesterov",
               .meaning = "enables Nesterov momentum; needs momentum above 0, and dampening 0"}),
        weight_decay_field(&Sgd::weight_decay),
        decay_field(&Sgd::decay),
        decay_scale_field(&Sgd::decay_scale),
        base_lr_field(&Sgd::base_lr),
        field(&Sgd::form,
              {.name = "form",
               .meaning = "where the learning rate is applied: to the momentum buffer (pytorch), "
                          "or to the gradient added to it (keras, without dampening)"})};
  }

  /// Throws Error{Code::usage} for options that don't go together.
  void check() const;
};

/// The state before the first step: a momentum buffer for each parameter.
State start_rule(const Sgd& options, std::span<const Target> targets);

void step_rule(const Sgd& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::MomentumForm> {
  static constexpr std::array<std::string_view, 2> value{"pytorch", "keras"};
};
