#include "temper/schedule/step.h"

#include <algorithm>
#include <cmath>

namespace temper::schedule {
namespace {

constexpr double kDefaultEpochs = 30;

}  // namespace

double at(const Step& curve, const Clock& clock) {
  const double span = curve.step_size.in_steps_or(kDefaultEpochs, clock.horizon);
  return curve.peak * std::pow(curve.gamma, spans_passed(clock.t, span));
}

double at(const MultiStep& curve, const Clock& clock) {
  const auto passed = std::ranges::count_if(curve.milestones, [&](double epoch) {
    return clock.t + kStepRounding >= epoch * static_cast<double>(clock.horizon.steps_per_epoch);
  });
  return curve.peak * std::pow(curve.gamma, static_cast<double>(passed));
}

}  // namespace temper::schedule
