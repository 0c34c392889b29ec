#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::optim {

/// How weight decay is applied.
enum class Decay : std::uint8_t {
  l2,        ///< added to the gradient (L2 penalty): g <- g + weight_decay * w
  decoupled  ///< applied to the weights: w <- (1 - s * weight_decay) * w, s from DecayScale
};

/// The factor on decoupled weight decay.
enum class DecayScale : std::uint8_t {
  lr,        ///< the learning rate (PyTorch's AdamW)
  schedule,  ///< the learning rate divided by base_lr (Loshchilov and Hutter 2019)
  none       ///< 1
};

/// The weight decay options of an optimizer.
struct DecayOptions {
  double weight_decay;
  Decay decay;
  DecayScale scale;
  double base_lr;
};

template <class Options>
DecayOptions decay_options(const Options& options) {
  if constexpr (requires { options.decay; })
    return {options.weight_decay, options.decay, options.decay_scale, options.base_lr};
  else if constexpr (requires { options.decay_scale; })
    return {options.weight_decay, Decay::decoupled, options.decay_scale, options.base_lr};
  else
    return {options.weight_decay, Decay::l2, DecayScale::lr, 0};
}

/// The effect of weight decay in one step.
struct DecayFactors {
  double l2 = 0;    ///< g <- g + l2 * w
  double keep = 1;  ///< w <- keep * w, before the update
};

/// @param lr      this step's learning rate times the parameters' lr_scale
/// @param factor  the parameters' decay_scale
/// @param share   this step's learning rate without lr_scale, for DecayScale::schedule
DecayFactors decay_factors(const DecayOptions& options, double lr, double factor, double share);

/// The same from an optimizer's options.
template <class Options>
DecayFactors decay_factors(const Options& options, double lr_scale, double decay_scale) {
  return decay_factors(decay_options(options), options.lr * lr_scale, decay_scale, options.lr);
}

/// Throws Error{Code::usage} for decay_scale = "schedule" without base_lr.
void check_decay(const DecayOptions& options);

// The fields that optimizers share.

template <class S>
constexpr auto weight_decay_field(double S::* member) {
  return field(member,
               {.name = "weight_decay",
                .meaning = "weight decay coefficient; norms and biases are excluded by default",
                .bounds = {.low = 0},
                .scheduled = true});
}

template <class S>
constexpr auto decay_field(Decay S::* member) {
  return field(member, {.name = "decay",
                        .meaning = "l2: weight decay is added to the gradient, as an L2 penalty; "
                                   "decoupled: it is subtracted from the weights, as AdamW does"});
}

template <class S>
constexpr auto decay_scale_field(DecayScale S::* member) {
  return field(member,
               {.name = "decay_scale",
                .meaning = "factor on decoupled weight decay. lr: the learning rate, as in AdamW; "
                           "schedule: the learning rate divided by base_lr; none: 1"});
}

template <class S>
constexpr auto base_lr_field(double S::* member) {
  return field(member, {.name = "base_lr",
                        .meaning = "learning rate at which decay_scale = schedule applies "
                                   "weight_decay in full; 0: the highest of the run",
                        .bounds = {.low = 0}});
}

}  // namespace temper::optim

template <>
struct temper::EnumNames<temper::optim::Decay> {
  static constexpr std::array<std::string_view, 2> value{"l2", "decoupled"};
};
template <>
struct temper::EnumNames<temper::optim::DecayScale> {
  static constexpr std::array<std::string_view, 3> value{"lr", "schedule", "none"};
};
