#include "temper/schedule/warmup_stable_decay.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace temper::schedule {
namespace {

/// The remaining fraction of the decay after the fraction x of its time.
double left(Cooldown form, double x) {
  switch (form) {
    case Cooldown::linear:
      break;
    case Cooldown::cosine:
      return (1 + std::cos(std::numbers::pi * x)) / 2;
    case Cooldown::square_root:
      return 1 - std::sqrt(x);
  }
  return 1 - x;
}

}  // namespace

// The decay takes more than one step, or none.
std::vector<Onset> WarmupStableDecay::onsets(double start, const Horizon& horizon) const {
  return {Onset::in(horizon, "cooldown", std::floor(start + 1 / cooldown) + 1,
                    "the decay is no longer than a step and never begins")};
}

double at(const WarmupStableDecay& curve, const Clock& clock) {
  const double stretch = curve.cooldown * clock.length;
  const double x = std::max(0.0, (clock.t - (clock.length - stretch)) / stretch);
  return curve.final_value + (curve.peak - curve.final_value) * left(curve.decay_fn, x);
}

}  // namespace temper::schedule
