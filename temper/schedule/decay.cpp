#include "temper/schedule/decay.h"

#include <cmath>

namespace temper::schedule {
namespace {

double elapsed(const Duration& every, bool staircase, const Clock& clock) {
  const double span = every.in_steps_or(1, clock.horizon);
  return staircase ? spans_passed(clock.t, span) : clock.t / span;
}

}  // namespace

double at(const Exponential& curve, const Clock& clock) {
  const double x = elapsed(curve.every, curve.staircase, clock);
  return curve.peak * (curve.form == ExponentialForm::natural ? std::exp(-curve.gamma * x)
                                                              : std::pow(curve.gamma, x));
}

double at(const InverseTime& curve, const Clock& clock) {
  return curve.peak / (1 + curve.decay * elapsed(curve.every, curve.staircase, clock));
}

}  // namespace temper::schedule
