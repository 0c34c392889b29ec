#include "temper/schedule/step.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "temper/schedule/refuse.h"

namespace temper::schedule {
namespace {

constexpr double kDefaultEpochs = 30;

}  // namespace

void MultiStep::check(const std::string& where) const {
  if (!relative) return;
  for (const double part : milestones)
    if (part >= 1)
      refuse(where, fmt::format("one of its milestones is {}; with relative = true expected parts "
                                "of the schedule's length, below 1",
                                part));
}

void MultiStep::check_length(const std::string& where, const Horizon& horizon) const {
  const auto total = static_cast<double>(horizon.total_steps);
  for (const double milestone : milestones)
    if (const double step = in_steps(milestone, total, horizon); step >= total)
      refuse_length(where, "one of its milestones is after", step, horizon,
                    "remove it, or train longer");
}

std::vector<Onset> Step::onsets(double start, const Horizon& horizon) const {
  return {onset_at(start + step_size.in_steps_or(kDefaultEpochs, horizon), horizon, "step_size",
                   "the value never decreases")};
}

std::vector<Onset> MultiStep::onsets(double start, const Horizon& horizon) const {
  if (milestones.empty()) return {};
  const double length = static_cast<double>(horizon.total_steps) - start;
  const double last = in_steps(std::ranges::max(milestones), length, horizon);
  return {onset_at(start + last, horizon, "milestones", "the last one is never reached")};
}

double at(const Step& curve, const Clock& clock) {
  const double span = curve.step_size.in_steps_or(kDefaultEpochs, clock.horizon);
  return curve.peak * std::pow(curve.gamma, spans_passed(clock.t, span));
}

double at(const MultiStep& curve, const Clock& clock) {
  const auto passed = std::ranges::count_if(curve.milestones, [&](double milestone) {
    return clock.t + kStepRounding >= curve.in_steps(milestone, clock.length, clock.horizon);
  });
  return curve.peak * std::pow(curve.gamma, static_cast<double>(passed));
}

}  // namespace temper::schedule
