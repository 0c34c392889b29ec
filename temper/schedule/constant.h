#pragma once
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// The same value at every step.
struct Constant {
  double value = 0.1;
  Warmup warmup = {};

  static constexpr std::string_view kind = "constant";
  static constexpr About about = {.summary = "One value for the whole run, after any warm-up.",
                                  .formula = "value"};
  static constexpr auto fields() {
    return std::tuple{field(&Constant::value, {.name = "value", .meaning = "the value"}),
                      warmup_field(&Constant::warmup)};
  }
};

double at(const Constant& curve, const Clock& clock);

}  // namespace temper::schedule
