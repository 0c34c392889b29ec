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

/// The decay rate of a moving average, in [0, 1).
template <class S>
constexpr auto decay_rate_field(double S::* member, std::string_view name,
                                std::string_view meaning) {
  return field(
      member, {.name = name, .meaning = meaning, .bounds = {0, 1, false, true}, .scheduled = true});
}

template <class S>
constexpr auto momentum_field(double S::* member) {
  return decay_rate_field(member, "momentum", "momentum factor");
}
template <class S>
constexpr auto beta1_field(double S::* member) {
  return decay_rate_field(member, "beta1", "decay rate of the first-moment estimate");
}
template <class S>
constexpr auto beta2_field(double S::* member) {
  return decay_rate_field(member, "beta2", "decay rate of the second-moment estimate");
}

template <class S>
constexpr auto eps_field(
    double S::* member,
    std::string_view meaning = "term added to the denominator for numerical stability") {
  return field(member, {.name = "eps", .meaning = meaning, .bounds = {.low = 0}});
}

}  // namespace temper::optim
