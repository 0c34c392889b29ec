#pragma once
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/schedule/horizon.h"

namespace temper::schedule {

/// Up from 0 to the peak, and down again.
struct ToyTriangle {
  double peak = 0.1;

  static constexpr std::string_view kind = "toy_triangle";
  static constexpr About about = {
      .summary = "Increases linearly from 0 to the peak in the middle of the run, then decreases.",
      .formula = "peak * (1 - |2 t / T - 1|)"};
  static constexpr auto fields() {
    return std::tuple{field(&ToyTriangle::peak, {.name = "peak", .meaning = "maximum value"})};
  }
};

double at(const ToyTriangle& curve, const Clock& clock);

}  // namespace temper::schedule
