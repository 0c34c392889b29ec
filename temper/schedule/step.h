#pragma once
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// Step decay: multiplied by a factor at regular intervals.
struct Step {
  double peak = 0.1;
  double gamma = 0.1;
  Duration step_size = {};
  Warmup warmup = {};

  [[nodiscard]] std::vector<Onset> onsets(double start, const Horizon& horizon) const;

  static constexpr std::string_view kind = "step";
  static constexpr About about = {
      .summary = "Step decay: the peak, multiplied by a factor at regular intervals.",
      .formula = "peak * gamma^floor(t / step_size)"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Step::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Step::gamma,
              {.name = "gamma", .meaning = "factor of each decay", .bounds = {.low = 0}}),
        field(&Step::step_size, {.name = "step_size",
                                 .meaning = "interval between the decays; 30 epochs unless given"}),
        warmup_field(&Step::warmup)};
  }
};

/// Multiplied by a factor at each milestone.
struct MultiStep {
  double peak = 0.1;
  double gamma = 0.1;
  std::vector<double> milestones = {30, 60, 80};
  bool relative = false;
  Warmup warmup = {};

  /// In steps of the schedule's clock.
  /// @param length  of the schedule, in steps
  [[nodiscard]] double in_steps(double milestone, double length, const Horizon& horizon) const {
    return milestone * (relative ? length : static_cast<double>(horizon.steps_per_epoch));
  }

  void check(const std::string& where) const;
  void check_length(const std::string& where, const Horizon& horizon) const;
  [[nodiscard]] std::vector<Onset> onsets(double start, const Horizon& horizon) const;

  static constexpr std::string_view kind = "multi_step";
  static constexpr About about = {
      .summary =
          "The peak, multiplied by a factor at each milestone. Milestones are counted from the end "
          "of a warm-up, unless warmup.clock = \"runs\".",
      .formula = "peak * gamma^(number of milestones that have passed)",
      .paper = "as in He et al. 2016, Deep residual learning, arXiv:1512.03385"};
  static constexpr auto fields() {
    return std::tuple{
        field(&MultiStep::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&MultiStep::gamma,
              {.name = "gamma", .meaning = "factor at each milestone", .bounds = {.low = 0}}),
        field(&MultiStep::milestones,
              {.name = "milestones",
               .meaning = "epochs at which the value is multiplied by gamma",
               .unit = "epochs",
               .bounds = {.low = 0}}),
        field(&MultiStep::relative,
              {.name = "relative",
               .meaning = "milestones are parts of the schedule's length (0.5: half of it), which "
                          "move with the length of the run, instead of epochs"}),
        warmup_field(&MultiStep::warmup)};
  }
};

double at(const Step& curve, const Clock& clock);
double at(const MultiStep& curve, const Clock& clock);

}  // namespace temper::schedule
