#include "temper/schedule/decay.h"

#include <cmath>

namespace temper::schedule {
namespace {

constexpr double kDefaultEpochs = 1;

/// A decay without a staircase begins at once.
std::vector<Onset> onsets_of(const Duration& every, bool staircase, double start,
                             const Horizon& horizon) {
  if (!staircase) return {};
  return {onset_at(start + every.in_steps_or(kDefaultEpochs, horizon), horizon, "every",
                   "the value never decreases")};
}

double elapsed(const Duration& every, bool staircase, const Clock& clock) {
  const double span = every.in_steps_or(kDefaultEpochs, clock.horizon);
  return staircase ? spans_passed(clock.t, span) : clock.t / span;
}

}  // namespace

std::vector<Onset> Exponential::onsets(double start, const Horizon& horizon) const {
  return onsets_of(every, staircase, start, horizon);
}

std::vector<Onset> InverseTime::onsets(double start, const Horizon& horizon) const {
  return onsets_of(every, staircase, start, horizon);
}

double at(const Exponential& curve, const Clock& clock) {
  const double x = elapsed(curve.every, curve.staircase, clock);
  return curve.peak * (curve.form == ExponentialForm::natural ? std::exp(-curve.gamma * x)
                                                              : std::pow(curve.gamma, x));
}

double at(const InverseTime& curve, const Clock& clock) {
  return curve.peak / (1 + curve.decay * elapsed(curve.every, curve.staircase, clock));
}

}  // namespace temper::schedule
