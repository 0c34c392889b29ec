#include "temper/schedule/cosine.h"

#include <cmath>
#include <numbers>

namespace temper::schedule {
namespace {

constexpr double kDefaultEpochs = 10;

double half_cosine(double peak, double final_value, double progress) {
  return final_value + (peak - final_value) / 2 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace

double at(const Cosine& curve, const Clock& clock) {
  return half_cosine(curve.peak, curve.final_value, clock.t / clock.length);
}

double at(const Sgdr& curve, const Clock& clock) {
  double left = clock.t;
  double period = curve.t_0.in_steps_or(kDefaultEpochs, clock.horizon);
  double peak = curve.peak;
  while (left + kStepRounding >= period) {
    left -= period;
    period *= curve.t_mult;
    peak *= curve.cycle_decay;
  }
  return half_cosine(peak, curve.final_value, left / period);
}

}  // namespace temper::schedule
