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

/// Which defaults to use: the paper's, or those of the authors' package (0.2).
enum class BeliefDefaults : std::uint8_t { paper, package };

enum class Rectify : std::uint8_t { automatic, off, on };

/// Adam that divides by the deviation of the gradient from its running mean.
struct AdaBelief {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 0;
  BeliefDefaults defaults = BeliefDefaults::paper;
  Rectify rectify = Rectify::automatic;
  bool degenerated_to_sgd = true;
  bool amsgrad = false;
  double weight_decay = 0;
  Decay decay = Decay::decoupled;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;

  static constexpr std::string_view kind = "adabelief";
  static constexpr About about = {
      .summary =
          "Adam that divides by the deviation of the gradient from its running mean instead of by "
          "its magnitude: steps are large where successive gradients agree. defaults: paper has "
          "eps = 1e-8 and no rectification, package has eps = 1e-16 and the rectification of "
          "RAdam. The authors advise 1e-16 where Adam beats SGD, and 1e-8 where SGD beats Adam "
          "(most convolutional networks).",
      .formula =
          "m <- beta1 * m + (1 - beta1) * g\n"
          "s <- beta2 * s + (1 - beta2) * (g - m)^2 + eps\n"
          "w <- w - lr * m / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + eps)      t = 1, 2, ...\n"
          "amsgrad: s is replaced by the largest s so far\n"
          "rectify, rho and r as in radam:\n"
          "rho >= 5: w <- w - lr * r * m / (1 - beta1^t) * sqrt(1 - beta2^t) / (sqrt(s) + eps)\n"
          "else:     w <- w - lr * m / (1 - beta1^t) with degenerated_to_sgd, otherwise no step",
      .paper = "Zhuang et al. 2020, AdaBelief optimizer, arXiv:2010.07468"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&AdaBelief::lr),
        beta1_field(&AdaBelief::beta1),
        decay_rate_field(&AdaBelief::beta2, "beta2", "decay rate of the mean square deviation"),
        eps_field(&AdaBelief::eps,
                  "added to the mean square deviation in every step, and to its square root; 0: "
                  "the value that defaults selects"),
        field(
            &AdaBelief::defaults,
            {.name = "defaults",
             .meaning =
                 "eps and rectification unless they are given. paper: eps 1e-8, no rectification; "
                 "package: those of the authors' package, eps 1e-16 and rectification"}),
        field(&AdaBelief::rectify, {.name = "rectify",
                                    .meaning = "rectification of the adaptive learning rate, as in "
                                               "RAdam; auto: as defaults selects"}),
        field(&AdaBelief::degenerated_to_sgd,
              {.name = "degenerated_to_sgd",
               .meaning = "steps along the first-moment estimate before rectification begins, "
                          "instead of not at all; used with rectify"}),
        field(&AdaBelief::amsgrad, {.name = "amsgrad",
                                    .meaning = "divides by the largest mean square deviation so "
                                               "far (AMSGrad); not with rectify"}),
        weight_decay_field(&AdaBelief::weight_decay),
        decay_field(&AdaBelief::decay),
        decay_scale_field(&AdaBelief::decay_scale),
        base_lr_field(&AdaBelief::base_lr)};
  }

  /// Throws Error{Code::usage} for amsgrad with rectification, which the published code ignores.
  void check() const;
};

/// The state before the first step: a mean and a mean square deviation for each parameter, with
/// amsgrad also the largest mean square deviation.
State start_rule(const AdaBelief& options, std::span<const Target> targets);

void step_rule(const AdaBelief& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::BeliefDefaults> {
  static constexpr std::array<std::string_view, 2> value{"paper", "package"};
};
template <>
struct temper::EnumNames<temper::optim::Rectify> {
  static constexpr std::array<std::string_view, 3> value{"auto", "off", "on"};
};
