#include "temper/schedule/schedule.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace temper::schedule {
namespace {

double value_at(const Schedule& schedule, double step, const Horizon& horizon, double length);

/// The value of a curve with its warm-up.
template <class Curve>
double warmed(const Curve& curve, double step, const Horizon& horizon, double length) {
  const double warmup = curve.warmup.in_steps(horizon);
  const bool waits = curve.warmup.clock == WarmupClock::waits;
  const double span = length - (waits ? warmup : 0);
  // If the warm-up takes the whole run, the curve is evaluated at its end.
  const Clock clock{.t = 0, .length = span > 0 ? span : 1, .horizon = horizon};
  if (step < warmup) return value(curve.warmup, step, warmup, at(curve, clock));
  auto now = clock;
  now.t = span > 0 ? std::min(step - (waits ? warmup : 0), span) : 1;
  return at(curve, now);
}

/// The first step of the epoch that a step is in.
double epoch_start(double step, const Horizon& horizon) {
  const auto epoch = static_cast<double>(horizon.steps_per_epoch);
  return epoch * spans_passed(step, epoch);
}

double at_step(const Piecewise& curve, double now, const Horizon& horizon, double length) {
  const double step = curve.interval == Interval::epoch ? epoch_start(now, horizon) : now;
  double before = 0;
  for (std::size_t i = 0; i < curve.pieces.size(); ++i) {
    const auto& piece = curve.pieces[i];
    const bool last = i + 1 == curve.pieces.size();
    const double given = piece.in_steps(horizon);
    const double span = last && given == 0 ? length - before : given;
    if (last || step + kStepRounding < before + span)
      return value_at(piece.curve, std::min(step - before, span), horizon, span);
    before += span;
  }
  return 0;
}

template <class Curve>
double at_step(const Curve& curve, double step, const Horizon& horizon, double length) {
  if constexpr (requires { curve.warmup; })
    return warmed(curve, step, horizon, length);
  else
    return at(curve, {.t = step, .length = length, .horizon = horizon});
}

double value_at(const Schedule& schedule, double step, const Horizon& horizon, double length) {
  return std::visit([&](const auto& curve) { return at_step(curve, step, horizon, length); },
                    schedule);
}

double warmup_steps(const Schedule& schedule, const Horizon& horizon) {
  return std::visit(
      [&](const auto& curve) {
        if constexpr (requires { curve.warmup; })
          return curve.warmup.in_steps(horizon);
        else
          return 0.0;
      },
      schedule);
}

}  // namespace

Piecewise::Piecewise()
    : pieces{{.epochs = 5, .curve = Linear{.peak = 0.01, .final_value = 0.1}},
             {.curve = Cosine{.peak = 0.1}}} {}

Piecewise::Piecewise(std::vector<Piece> in_turn) : pieces(std::move(in_turn)) {}

double value(const Schedule& schedule, std::int64_t step, const Horizon& horizon,
             const PlateauState& memory) {
  const auto now = static_cast<double>(step);
  const auto* plateau = std::get_if<Plateau>(&schedule);
  if (plateau != nullptr && now >= plateau->warmup.in_steps(horizon))
    return reduced(*plateau, memory.reductions);
  return value_at(schedule, now, horizon, static_cast<double>(horizon.total_steps));
}

std::pair<double, double> range(const Schedule& schedule, const Horizon& horizon) {
  double low = value(schedule, 0, horizon);
  double high = low;
  for (std::int64_t step = 1; step < horizon.total_steps; step = next_checked(step, horizon)) {
    const double v = value(schedule, step, horizon);
    if (std::isnan(v)) return {v, v};
    low = std::min(low, v);
    high = std::max(high, v);
  }
  if (const auto* plateau = std::get_if<Plateau>(&schedule)) low = std::min(low, plateau->minimum);
  return {low, high};
}

std::optional<std::int64_t> first_decrease(const Schedule& schedule, const Horizon& horizon) {
  const auto start = static_cast<std::int64_t>(std::ceil(warmup_steps(schedule, horizon)));
  if (std::holds_alternative<Plateau>(schedule)) return start;
  for (auto step = start + 1; step < horizon.total_steps; step = next_checked(step, horizon))
    if (value(schedule, step, horizon) < value(schedule, step - 1, horizon)) return step;
  return std::nullopt;
}

}  // namespace temper::schedule

template temper::Slot temper::slot(temper::schedule::Schedule& value);
