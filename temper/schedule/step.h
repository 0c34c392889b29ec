#pragma once
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// Multiplied by a factor after every so many epochs or steps.
struct Step {
  double peak = 0.1;
  double gamma = 0.1;
  Duration step_size = {};
  Warmup warmup = {};

  static constexpr std::string_view kind = "step";
  static constexpr About about = {
      .summary = "The peak, multiplied by a factor after every so many epochs or steps.",
      .formula = "peak * gamma^floor(t / step_size)"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Step::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Step::gamma,
              {.name = "gamma", .meaning = "what each step multiplies by", .bounds = {.low = 0}}),
        field(&Step::step_size,
              {.name = "step_size", .meaning = "distance of the steps; 30 epochs unless given"}),
        warmup_field(&Step::warmup)};
  }
};

/// Multiplied by a factor at each of some epochs.
struct MultiStep {
  double peak = 0.1;
  double gamma = 0.1;
  std::vector<double> milestones = {30, 60, 80};
  Warmup warmup = {};

  static constexpr std::string_view kind = "multi_step";
  static constexpr About about = {
      .summary =
          "The peak, multiplied by a factor at each of some epochs, counted on its own clock: "
          "from the end of a warm-up unless the warm-up's clock runs.",
      .formula = "peak * gamma^(number of milestones that have passed)",
      .paper = "as in He et al. 2016, Deep residual learning, arXiv:1512.03385"};
  static constexpr auto fields() {
    return std::tuple{field(&MultiStep::peak, {.name = "peak", .meaning = "value at the start"}),
                      field(&MultiStep::gamma, {.name = "gamma",
                                                .meaning = "what each milestone multiplies by",
                                                .bounds = {.low = 0}}),
                      field(&MultiStep::milestones, {.name = "milestones",
                                                     .meaning = "when the value is multiplied",
                                                     .unit = "epochs",
                                                     .bounds = {.low = 0}}),
                      warmup_field(&MultiStep::warmup)};
  }
};

double at(const Step& curve, const Clock& clock);
double at(const MultiStep& curve, const Clock& clock);

}  // namespace temper::schedule
