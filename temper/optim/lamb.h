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

/// Where LAMB's weight decay stands: in the step that the trust ratio scales, or apart from it.
enum class LambDecay : std::uint8_t { in_step, decoupled };

/// Adam whose step is scaled to each parameter's size; for large batches.
struct Lamb {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-6;
  bool bias_correction = true;
  bool trust_clip = false;
  bool always_adapt = false;
  double weight_decay = 0.01;
  LambDecay decay = LambDecay::in_step;
  DecayScale decay_scale = DecayScale::lr;
  double base_lr = 0;

  static constexpr std::string_view kind = "lamb";
  static constexpr About about = {
      .summary =
          "Adam whose step is scaled, a parameter at a time, to the parameter's size; made for "
          "large batches. Parameters that weight decay leaves out are not scaled. The published "
          "code also clips the gradient's norm to 1: that is clip.",
      .formula =
          "u = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay * w\n"
          "m, v as in adam; without bias_correction both divisors are 1\n"
          "w <- w - lr * |w| / |u| * u      ratio 1 where |w| or |u| is 0; trust_clip: at most 1\n"
          "decay = decoupled: w <- w - s * weight_decay * w first, and not in u",
      .paper =
          "You et al. 2020, Large batch optimization for deep learning, arXiv:1904.00962; "
          "trust_clip: Fong et al. 2020, arXiv:2011.13584"};
  static constexpr auto fields() {
    return std::tuple{
        lr_field(&Lamb::lr),
        beta1_field(&Lamb::beta1),
        beta2_field(&Lamb::beta2),
        eps_field(&Lamb::eps),
        field(&Lamb::bias_correction,
              {.name = "bias_correction", .meaning = "corrects the means for their start from 0"}),
        field(&Lamb::trust_clip,
              {.name = "trust_clip", .meaning = "lets the trust ratio shorten steps only"}),
        field(&Lamb::always_adapt,
              {.name = "always_adapt", .meaning = "scales the steps of norms and biases too"}),
        weight_decay_field(&Lamb::weight_decay),
        field(&Lamb::decay,
              {.name = "decay", .meaning = "in the step that the ratio scales, or apart from it"}),
        decay_scale_field(&Lamb::decay_scale),
        base_lr_field(&Lamb::base_lr)};
  }
};

/// Decay in the step counts as `l2`: what it adds to u is l2 * w.
DecayOptions decay_options(const Lamb& options);

/// The state before the first step: a mean and a mean square a parameter.
State start_rule(const Lamb& options, std::span<const Target> targets);

void step_rule(const Lamb& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::LambDecay> {
  static constexpr std::array<std::string_view, 2> value{"in_step", "decoupled"};
};
