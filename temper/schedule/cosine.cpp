#include "temper/schedule/cosine.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "temper/schedule/refuse.h"

namespace temper::schedule {
namespace {

constexpr double kDefaultEpochs = 10;

/// So many cycles are passed one by one, which rounds otherwise than passing them at once; a run
/// may have any number of them.
constexpr double kFewCycles = 1000;

/// A place in a cycle.
struct Cycle {
  double left;  ///< steps since the cycle's start, or since that of an earlier cycle
  double period;
  double peak;
};

double period_of(const Sgdr& curve, const Horizon& horizon) {
  return curve.t_0.in_steps_or(kDefaultEpochs, horizon);
}

/// Passes all but the last one or two cycles if there are many.
void pass_many(const Sgdr& curve, Cycle& at) {
  const double growth = curve.t_mult - 1;
  const double whole = growth == 0 ? at.left / at.period
                                   : std::log1p(at.left * growth / at.period) / std::log1p(growth);
  const double cycles = std::floor(whole) - 1;
  const bool exact = growth == 0 && curve.cycle_decay == 1 && at.period == std::floor(at.period);
  if (cycles < (exact ? 1 : kFewCycles)) return;
  at.left -= growth == 0 ? cycles * at.period
                         : at.period * std::expm1(cycles * std::log1p(growth)) / growth;
  at.period *= std::pow(curve.t_mult, cycles);
  at.peak *= std::pow(curve.cycle_decay, cycles);
}

double half_cosine(double peak, double final_value, double progress) {
  return final_value + (peak - final_value) / 2 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace

std::vector<Onset> Sgdr::onsets(double start, const Horizon& horizon) const {
  return {onset_at(start + t_0.in_steps_or(kDefaultEpochs, horizon), horizon, "T_0",
                   "there is no restart")};
}

double at(const Cosine& curve, const Clock& clock) {
  return half_cosine(curve.peak, curve.final_value, clock.t / clock.length);
}

double at(const PartialCosine& curve, const Clock& clock) {
  return curve.peak * std::cos(std::numbers::pi / 2 * curve.part * clock.t / clock.length);
}

double at(const Sgdr& curve, const Clock& clock) {
  // A shorter cycle than a step is refused once the length of an epoch is known.
  Cycle now{clock.t, std::max(1.0, period_of(curve, clock.horizon)), curve.peak};
  pass_many(curve, now);
  while (now.left + kStepRounding >= now.period) {
    now.left -= now.period;
    now.period *= curve.t_mult;
    now.peak *= curve.cycle_decay;
  }
  return half_cosine(now.peak, curve.final_value, now.left / now.period);
}

void Sgdr::check_length(const std::string& where, const Horizon& horizon) const {
  if (const double period = period_of(*this, horizon); period < 1)
    refuse(where,
           fmt::format("T_0 is {:.6g} steps; expected a first cycle of at least one step", period));
}

}  // namespace temper::schedule
