#pragma once
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// Cosine annealing from the peak to the final value.
struct Cosine {
  double peak = 0.1;
  double final_value = 0;
  Warmup warmup = {};

  static constexpr std::string_view kind = "cosine";
  static constexpr About about = {
      .summary = "Cosine annealing from the peak to the final value: sgdr with one cycle.",
      .formula = "final + (peak - final) / 2 * (1 + cos(pi * t / T))",
      .paper =
          "Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983; warm-up: Goyal et al. 2017, "
          "arXiv:1706.02677"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Cosine::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Cosine::final_value, {.name = "final", .meaning = "value at the end of the run"}),
        warmup_field(&Cosine::warmup)};
  }
};

/// Cosine annealing with warm restarts.
struct Sgdr {
  double peak = 0.1;
  double final_value = 0;
  Duration t_0 = {};
  double t_mult = 1;
  double cycle_decay = 1;
  Warmup warmup = {};

  void check_length(const std::string& where, const Horizon& horizon) const;
  [[nodiscard]] std::vector<Onset> onsets(double start, const Horizon& horizon) const;

  static constexpr std::string_view kind = "sgdr";
  static constexpr About about = {
      .summary =
          "Cosine annealing with warm restarts: from the peak to the final value, restarted at the "
          "end of each cycle; a cycle can be longer, and its peak lower, than the one before.",
      .formula =
          "T_{i+1} = T_mult * T_i; in cycle i, s steps after its start:\n"
          "final + (peak * cycle_decay^i - final) / 2 * (1 + cos(pi * s / T_i))",
      .paper = "Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Sgdr::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Sgdr::final_value, {.name = "final", .meaning = "value at the end of every cycle"}),
        field(&Sgdr::t_0,
              {.name = "T_0", .meaning = "length of the first cycle; 10 epochs unless given"}),
        field(&Sgdr::t_mult, {.name = "T_mult",
                              .meaning = "factor on the cycle length after each restart",
                              .bounds = {1, 100}}),
        field(&Sgdr::cycle_decay, {.name = "cycle_decay",
                                   .meaning = "factor on the peak after each restart",
                                   .bounds = {.low = 0, .open_low = true}}),
        warmup_field(&Sgdr::warmup)};
  }
};

double at(const Cosine& curve, const Clock& clock);

/// A part of a cosine's descent to zero, which the run ends before.
struct PartialCosine {
  double peak = 0.03;
  double part = 0.875;
  Warmup warmup = {};

  static constexpr std::string_view kind = "partial_cosine";
  static constexpr About about = {
      .summary =
          "A part of the quarter of a cosine that descends from the peak to zero: the value stays "
          "near the peak for long, and with a part below 1 the run ends before zero. FixMatch and "
          "the methods compared with it use 7/8.",
      .formula = "peak * cos(pi / 2 * part * t / T)",
      .paper = "Sohn et al. 2020, FixMatch, arXiv:2001.07685, 2.4: cos(7 pi k / 16 K)"};
  static constexpr auto fields() {
    return std::tuple{
        field(&PartialCosine::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&PartialCosine::part,
              {.name = "part",
               .meaning = "part of the descent that the run covers; 1: down to zero",
               .bounds = {0, 1, true, false}}),
        warmup_field(&PartialCosine::warmup)};
  }
};

double at(const PartialCosine& curve, const Clock& clock);
double at(const Sgdr& curve, const Clock& clock);

}  // namespace temper::schedule
