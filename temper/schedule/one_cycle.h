#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// The interpolation between the values of one_cycle.
enum class Anneal : std::uint8_t { cosine, linear };

/// The 1cycle policy: up to the peak, then down to almost 0.
struct OneCycle {
  double peak = 0.1;
  double div_factor = 25;
  double final_div_factor = 1e4;
  double pct_start = 0.3;
  bool three_phase = false;
  Anneal anneal_strategy = Anneal::cosine;

  void check(const std::string& where) const;

  static constexpr std::string_view kind = "one_cycle";
  static constexpr About about = {
      .summary =
          "The 1cycle policy: up to the peak, then down to almost 0 at the last step, as in "
          "PyTorch's OneCycleLR. Momentum can be cycled inversely by a schedule of its own.",
      .formula =
          "start = peak / div_factor, end = start / final_div_factor; u = pct_start * T - 1\n"
          "0 .. u: start to peak      u .. T - 1: peak to end\n"
          "three_phase: u .. 2u: peak to start      2u .. T - 1: start to end",
      .paper =
          "Smith and Topin 2018, Super-convergence, arXiv:1708.07120; Smith 2018, "
          "arXiv:1803.09820"};
  static constexpr auto fields() {
    return std::tuple{
        field(&OneCycle::peak, {.name = "peak", .meaning = "maximum value", .alias = "max_lr"}),
        field(&OneCycle::div_factor, {.name = "div_factor",
                                      .meaning = "peak divided by the initial value",
                                      .bounds = {.low = 0, .open_low = true}}),
        field(&OneCycle::final_div_factor, {.name = "final_div_factor",
                                            .meaning = "initial value divided by the final value",
                                            .bounds = {.low = 0, .open_low = true}}),
        field(&OneCycle::pct_start,
              {.name = "pct_start",
               .meaning = "fraction of the run before the peak; at most 0.5 with three_phase",
               .bounds = {0, 1, true, true}}),
        field(&OneCycle::three_phase, {.name = "three_phase",
                                       .meaning = "decreases to the initial value as fast as it "
                                                  "increased, and then to the final value"}),
        field(&OneCycle::anneal_strategy,
              {.name = "anneal_strategy", .meaning = "cosine or linear annealing"})};
  }
};

double at(const OneCycle& curve, const Clock& clock);

}  // namespace temper::schedule

template <>
struct temper::EnumNames<temper::schedule::Anneal> {
  static constexpr std::array<std::string_view, 2> value{"cosine", "linear"};
};
