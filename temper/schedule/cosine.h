#pragma once
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// Half a cosine from the peak to the final value.
struct Cosine {
  double peak = 0.1;
  double final_value = 0;
  Warmup warmup = {};

  static constexpr std::string_view kind = "cosine";
  static constexpr About about = {
      .summary = "Half a cosine from the peak to the final value: sgdr with one period.",
      .formula = "final + (peak - final) / 2 * (1 + cos(pi * t / T))",
      .paper =
          "Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983; warm-up: Goyal et al. 2017, "
          "arXiv:1706.02677"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Cosine::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Cosine::final_value, {.name = "final", .meaning = "value that the run ends at"}),
        warmup_field(&Cosine::warmup)};
  }
};

/// Half a cosine, again and again.
struct Sgdr {
  double peak = 0.1;
  double final_value = 0;
  Duration t_0 = {};
  double t_mult = 1;
  double cycle_decay = 1;
  Warmup warmup = {};

  static constexpr std::string_view kind = "sgdr";
  static constexpr About about = {
      .summary =
          "Half a cosine from the peak to the final value, begun again at the end of each period; "
          "a period can be longer and a peak lower than the one before.",
      .formula =
          "T_{i+1} = T_mult * T_i, in period i with s steps of it done:\n"
          "final + (peak * cycle_decay^i - final) / 2 * (1 + cos(pi * s / T_i))",
      .paper = "Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Sgdr::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Sgdr::final_value, {.name = "final", .meaning = "value that every period ends at"}),
        field(&Sgdr::t_0,
              {.name = "T_0", .meaning = "length of the first period; 10 epochs unless given"}),
        field(&Sgdr::t_mult, {.name = "T_mult",
                              .meaning = "length of a period over that of the one before",
                              .bounds = {1, 100}}),
        field(&Sgdr::cycle_decay, {.name = "cycle_decay",
                                   .meaning = "peak of a period over that of the one before",
                                   .bounds = {.low = 0, .open_low = true}}),
        warmup_field(&Sgdr::warmup)};
  }
};

double at(const Cosine& curve, const Clock& clock);
double at(const Sgdr& curve, const Clock& clock);

}  // namespace temper::schedule
