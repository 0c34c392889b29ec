#pragma once
#include <span>
#include <string_view>
#include <tuple>

#include "temper/optim/decay.h"
#include "temper/optim/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// SGD with momentum and a layer-wise trust ratio; for large batches.
struct Lars {
  double lr = 1;
  double momentum = 0.9;
  double dampening = 0;
  bool nesterov = false;
  double trust_coeff = 0.001;
  double eps = 1e-8;
  bool decay_in_ratio = true;
  bool trust_clip = false;
  bool always_adapt = false;
  double weight_decay = 0;

  static constexpr std::string_view kind = "lars";
  static constexpr About about = {
      .summary =
          "Stochastic gradient descent with momentum whose gradient is scaled by a layer-wise "
          "trust ratio, proportional to the norm of the weights over the norm of the gradient; "
          "made for large batches. Parameters excluded from weight decay are not scaled.",
      .formula =
          "r = trust_coeff * |w| / (|g| + weight_decay * |w| + eps)   1 where |w| or |g| is "
          "0\n"
          "decay_in_ratio = false: without weight_decay * |w| in r\n"
          "trust_clip (LARC): r <- min(r / lr, 1)\n"
          "g <- r * (g + weight_decay * w), then as sgd",
      .paper =
          "You et al. 2017, Large batch training of convolutional networks, "
          "arXiv:1708.03888"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&Lars::lr),
        momentum_field(&Lars::momentum),
        field(&Lars::dampening,
              {.name = "dampening", .meaning = "dampening for momentum", .bounds = {0, 1}}),
        field(&Lars::nesterov,
              {.name = "nesterov",
               .meaning = "enables Nesterov momentum; needs momentum above 0, and dampening 0"}),
        field(&Lars::trust_coeff, {.name = "trust_coeff",
                                   .meaning = "trust coefficient: norm of the scaled "
                                              "gradient relative to the norm of the weights",
                                   .bounds = {.low = 0, .open_low = true},
                                   .alias = "trust_coefficient"}),
        eps_field(&Lars::eps),
        field(&Lars::decay_in_ratio,
              {.name = "decay_in_ratio",
               .meaning = "includes weight decay in the denominator of the trust ratio"}),
        field(&Lars::trust_clip,
              {.name = "trust_clip",
               .meaning = "limits the trust ratio divided by lr to at most 1 (LARC)"}),
        field(&Lars::always_adapt, {.name = "always_adapt",
                                    .meaning = "applies the trust ratio to norms and biases too"}),
        weight_decay_field(&Lars::weight_decay)};
  }

  /// Throws Error{Code::usage} for options that don't go together.
  void check() const;
};

/// The state before the first step: a momentum buffer for each parameter.
State start_rule(const Lars& options, std::span<const Target> targets);

void step_rule(const Lars& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim
