#pragma once
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// Step decay: multiplied by a factor at regular intervals.
struct Step {
  double peak = 0.1;
  double factor = 0.1;
  Duration every = {};
  Warmup warmup = {};

  static constexpr std::string_view kind = "step";
  static constexpr About about = {
      .summary = "Step decay: the peak, multiplied by a factor at regular intervals.",
      .formula = "peak * factor^floor(t / every)"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Step::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Step::factor,
              {.name = "factor", .meaning = "factor of each decay", .bounds = {.low = 0}}),
        field(&Step::every,
              {.name = "every", .meaning = "interval between the decays; 30 epochs unless given"}),
        warmup_field(&Step::warmup)};
  }
};

/// Multiplied by a factor at each milestone.
struct MultiStep {
  double peak = 0.1;
  double factor = 0.1;
  std::vector<double> milestones = {30, 60, 80};
  Warmup warmup = {};

  static constexpr std::string_view kind = "multi_step";
  static constexpr About about = {
      .summary =
          "The peak, multiplied by a factor at each milestone. Milestones are counted from the end "
          "of a warm-up, unless warmup.clock = \"runs\".",
      .formula = "peak * factor^(number of milestones that have passed)",
      .paper = "as in He et al. 2016, Deep residual learning, arXiv:1512.03385"};
  static constexpr auto fields() {
    return std::tuple{
        field(&MultiStep::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&MultiStep::factor,
              {.name = "factor", .meaning = "factor at each milestone", .bounds = {.low = 0}}),
        field(&MultiStep::milestones,
              {.name = "milestones",
               .meaning = "epochs at which the value is multiplied by factor",
               .unit = "epochs",
               .bounds = {.low = 0}}),
        warmup_field(&MultiStep::warmup)};
  }
};

double at(const Step& curve, const Clock& clock);
double at(const MultiStep& curve, const Clock& clock);

}  // namespace temper::schedule
