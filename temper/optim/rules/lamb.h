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

/// Whether LAMB's weight decay is part of the update that the trust ratio scales, or decoupled.
enum class LambDecay : std::uint8_t { in_step, decoupled };

/// Adam with a layer-wise trust ratio; for large batches.
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
          "Adam whose update is scaled by a layer-wise trust ratio, the norm of the weights over "
          "the norm of the update; made for large batches. Parameters excluded from weight decay "
          "are not "
          "scaled. The published code also clips the global gradient norm to 1: use clip for that.",
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
              {.name = "bias_correction",
               .meaning = "applies bias correction to both moment estimates"}),
        field(&Lamb::trust_clip,
              {.name = "trust_clip", .meaning = "limits the trust ratio to at most 1"}),
        field(&Lamb::always_adapt, {.name = "always_adapt",
                                    .meaning = "applies the trust ratio to norms and biases too"}),
        weight_decay_field(&Lamb::weight_decay),
        field(&Lamb::decay, {.name = "decay",
                             .meaning = "weight decay in the update that the trust ratio scales "
                                        "(in_step), or decoupled from it"}),
        decay_scale_field(&Lamb::decay_scale),
        base_lr_field(&Lamb::base_lr)};
  }
};

/// Weight decay with in_step is returned as `l2`: it adds l2 * w to u.
DecayOptions decay_options(const Lamb& options);

/// The state before the first step: a mean and a mean square for each parameter.
State start_rule(const Lamb& options, std::span<const Target> targets);

void step_rule(const Lamb& options, std::span<const Target> targets, State& state);

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::LambDecay> {
  static constexpr std::array<std::string_view, 2> value{"in_step", "decoupled"};
};
