#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Slow weights that follow an optimizer's, and call them back.
struct Lookahead {
  std::int64_t k = 5;
  double alpha = 0.5;

  static constexpr About about = {
      .summary =
          "Slow weights, around any optimizer: every so many steps they move a share of the way "
          "to the optimizer's, which then go on from there.",
      .formula = "after every k steps:  s <- s + alpha * (w - s),  w <- s",
      .paper =
          "Zhang et al. 2019, Lookahead optimizer: k steps forward, 1 step back, "
          "arXiv:1907.08610"};
  static constexpr auto fields() {
    return std::tuple{field(&Lookahead::k, {.name = "k",
                                            .meaning = "steps from one call back to the next",
                                            .unit = "steps",
                                            .bounds = {.low = 1}}),
                      field(&Lookahead::alpha, {.name = "alpha",
                                                .meaning = "share of the way that slow weights go",
                                                .bounds = {0, 1, true, false}})};
  }
};

/// Adds the slow weights to an optimizer's state before its first step: "slow/...". Not around the
/// schedule-free rules, whose average would not follow.
void remember_slow(State& state, std::span<const Target> targets);

/// To be called after every step of the optimizer.
void look_ahead(const Lookahead& options, std::span<const Target> targets, const State& state);

}  // namespace temper::optim
