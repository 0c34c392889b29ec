#include "temper/schedule/one_cycle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "temper/schedule/refuse.h"

namespace temper::schedule {
namespace {

double between(Anneal form, double from, double to, double progress) {
  if (form == Anneal::linear) return from + (to - from) * progress;
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace

void OneCycle::check(const std::string& where) const {
  if (three_phase && pct_start > 0.5)
    refuse(where,
           fmt::format("pct_start is {}; with three_phase = true expected at most 0.5", pct_start));
}

double at(const OneCycle& curve, const Clock& clock) {
  const double start = curve.peak / curve.div_factor;
  const double end = start / curve.final_div_factor;
  const double last = clock.length - 1;
  const double up = curve.pct_start * clock.length - 1;
  const double t = std::min(clock.t, last);
  if (t < up) return between(curve.anneal_strategy, start, curve.peak, t / up);
  const double down = curve.three_phase ? 2 * up : last;
  const double bottom = curve.three_phase ? start : end;
  if (t < down) return between(curve.anneal_strategy, curve.peak, bottom, (t - up) / (down - up));
  return last > down ? between(curve.anneal_strategy, bottom, end, (t - down) / (last - down))
                     : end;
}

}  // namespace temper::schedule
