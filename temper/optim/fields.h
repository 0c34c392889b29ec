#pragma once
#include <string_view>

#include "temper/core/fields.h"

/// Options that many optimizers have.
namespace temper::optim {

template <class S>
constexpr auto lr_field(double S::* member) {
  return field(member, {.name = "lr",
                        .meaning = "learning rate",
                        .bounds = {.low = 0},
                        .scheduled = true,
                        .alias = "learning_rate"});
}

/// A share that a moving average keeps, in [0, 1).
template <class S>
constexpr auto keep_field(double S::* member, std::string_view name, std::string_view meaning) {
  return field(
      member, {.name = name, .meaning = meaning, .bounds = {0, 1, false, true}, .scheduled = true});
}

template <class S>
constexpr auto momentum_field(double S::* member) {
  return keep_field(member, "momentum", "what a step keeps of the velocity");
}
template <class S>
constexpr auto beta1_field(double S::* member) {
  return keep_field(member, "beta1", "what a step keeps of the gradient's mean");
}
template <class S>
constexpr auto beta2_field(double S::* member) {
  return keep_field(member, "beta2", "what a step keeps of the gradient's mean square");
}

template <class S>
constexpr auto eps_field(double S::* member,
                         std::string_view meaning = "keeps the divisor from 0") {
  return field(member, {.name = "eps", .meaning = meaning, .bounds = {.low = 0}});
}

}  // namespace temper::optim
