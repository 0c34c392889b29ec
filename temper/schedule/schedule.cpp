#include "temper/schedule/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace temper::schedule {
namespace {

double warm(double start, double target, double step, double length) {
  return start + (target - start) * step / length;
}

double at(const Constant& s, double step, const Horizon& horizon) {
  const double warmup = s.warmup.in_steps(horizon);
  return step < warmup ? warm(s.warmup_start, s.value, step, warmup) : s.value;
}

double at(const Cosine& s, double step, const Horizon& horizon) {
  const double warmup = s.warmup.in_steps(horizon);
  if (step < warmup) return warm(s.warmup_start, s.peak, step, warmup);
  const double period = static_cast<double>(horizon.total_steps) - warmup;
  const double progress = period > 0 ? std::min(1.0, (step - warmup) / period) : 1.0;
  return s.final_value + (s.peak - s.final_value) / 2 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace

double value(const Schedule& schedule, std::int64_t step, const Horizon& horizon) {
  return std::visit([&](const auto& s) { return at(s, static_cast<double>(step), horizon); },
                    schedule);
}

std::pair<double, double> range(const Schedule& schedule, const Horizon& horizon) {
  double low = value(schedule, 0, horizon);
  double high = low;
  for (std::int64_t step = 1; step < horizon.total_steps; ++step) {
    const double v = value(schedule, step, horizon);
    low = std::min(low, v);
    high = std::max(high, v);
  }
  return {low, high};
}

}  // namespace temper::schedule
