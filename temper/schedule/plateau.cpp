#include "temper/schedule/plateau.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "temper/schedule/refuse.h"

namespace temper::schedule {
namespace {

bool better(const Plateau& curve, double score, const std::optional<double>& best) {
  if (!std::isfinite(score)) return false;
  if (!best) return true;
  const bool relative = curve.threshold_mode == PlateauThreshold::relative;
  if (curve.measure == PlateauMeasure::validation_loss)
    return score < (relative ? *best * (1 - curve.threshold) : *best - curve.threshold);
  return score > (relative ? *best * (curve.threshold + 1) : *best + curve.threshold);
}

}  // namespace

void Plateau::check(const std::string& where) const {
  if (minimum > peak)
    refuse(where,
           fmt::format("minimum is {}, above its peak of {}; a plateau only decreases the value",
                       minimum, peak));
  if (threshold_mode == PlateauThreshold::relative && threshold >= 1)
    refuse(where, fmt::format("threshold is {}; with threshold_mode = \"relative\" it is a "
                              "fraction of the best score, expected below 1",
                              threshold));
}

// The first evaluation that counts is always the best so far.
std::vector<Onset> Plateau::onsets(double start, const Horizon& horizon) const {
  const auto epoch = static_cast<double>(horizon.steps_per_epoch);
  const double first = std::max(1.0, std::ceil((start - kStepRounding) / epoch));
  return {onset_at((first + static_cast<double>(patience) + 1) * epoch, horizon, "patience",
                   "no reduction can happen")};
}

PlateauState observe(const Plateau& curve, PlateauState memory, double score, std::int64_t step,
                     const Horizon& horizon) {
  const bool waits = curve.warmup.clock == WarmupClock::waits;
  if (waits && static_cast<double>(step) + kStepRounding < curve.warmup.in_steps(horizon))
    return memory;
  if (better(curve, score, memory.best)) {
    memory.best = score;
    memory.bad = 0;
  } else {
    ++memory.bad;
  }
  if (memory.cooldown_left > 0) {
    --memory.cooldown_left;
    memory.bad = 0;
  }
  if (memory.bad > curve.patience) {
    ++memory.reductions;
    memory.cooldown_left = curve.cooldown;
    memory.bad = 0;
  }
  return memory;
}

double reduced(const Plateau& curve, std::int64_t reductions) {
  double value = curve.peak;
  for (; reductions > 0; --reductions) {
    const double next = std::max(value * curve.factor, curve.minimum);
    if (!(value - next > curve.eps)) break;  // later reductions would be no larger
    value = next;
  }
  return value;
}

double at(const Plateau& curve, const Clock&) {
  return curve.peak;
}

}  // namespace temper::schedule
