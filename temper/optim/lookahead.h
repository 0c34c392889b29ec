#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Slow weights, around any optimizer, to which its own (fast) weights are regularly reset.
struct Lookahead {
  std::int64_t k = 5;
  double alpha = 0.5;

  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr About about = {
      .summary =
          "Slow weights around any optimizer: every k steps they are interpolated towards the "
          "optimizer's weights, which are then reset to the slow weights.",
      .formula = "after every k steps:  s <- s + alpha * (w - s),  w <- s",
      .paper =
          "Zhang et al. 2019, Lookahead optimizer: k steps forward, 1 step back, "
          "arXiv:1907.08610"};
  static constexpr auto fields() {
    return std::tuple{field(&Lookahead::k, {.name = "k",
                                            .meaning = "number of synchronization steps",
                                            .unit = "steps",
                                            .bounds = {.low = 1}}),
                      field(&Lookahead::alpha, {.name = "alpha",
                                                .meaning = "slow-weights step size",
                                                .bounds = {0, 1, true, false},
                                                .scheduled = true})};
  }
};

/// Adds the slow weights, "slow/...", to an optimizer's state before its first step. Not to be used
/// around the schedule-free optimizers, whose average would not be reset with the weights.
void add_slow_weights(State& state, std::span<const Target> targets);

/// Call it after every step of the optimizer.
void lookahead_step(const Lookahead& options, std::span<const Target> targets, const State& state);

}  // namespace temper::optim
