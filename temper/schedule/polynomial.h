#pragma once
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// Polynomial decay from the peak to the final value.
struct Polynomial {
  double peak = 0.1;
  double final_value = 0;
  double power = 2;
  Warmup warmup = {};

  static constexpr std::string_view kind = "polynomial";
  static constexpr About about = {.summary = "Polynomial decay from the peak to the final value.",
                                  .formula = "final + (peak - final) * (1 - t / T)^power"};
  static constexpr auto fields() {
    return std::tuple{field(&Polynomial::peak, {.name = "peak", .meaning = "value at the start"}),
                      field(&Polynomial::final_value,
                            {.name = "final", .meaning = "value at the end of the run"}),
                      field(&Polynomial::power,
                            {.name = "power",
                             .meaning = "exponent; 1: linear; above 1: decays faster at first",
                             .bounds = {.low = 0, .open_low = true}}),
                      warmup_field(&Polynomial::warmup)};
  }
};

/// A linear change from the peak to the final value.
struct Linear {
  double peak = 0.1;
  double final_value = 0;
  Warmup warmup = {};

  static constexpr std::string_view kind = "linear";
  static constexpr About about = {.summary = "Changes linearly from the peak to the final value.",
                                  .formula = "final + (peak - final) * (1 - t / T)"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Linear::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Linear::final_value, {.name = "final", .meaning = "value at the end of the run"}),
        warmup_field(&Linear::warmup)};
  }
};

double at(const Polynomial& curve, const Clock& clock);
double at(const Linear& curve, const Clock& clock);

}  // namespace temper::schedule
