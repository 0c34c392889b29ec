// Validity of a schedule, by itself and for a run of known length.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "temper/schedule/refuse.h"
#include "temper/schedule/schedule.h"

namespace temper::schedule {
namespace {

void check_warmup(const Warmup& warmup, const std::string& where) {
  if (warmup.form == WarmupForm::exponential && warmup.start == 0)
    refuse(where,
           "warmup.start is 0; with warmup.form = \"exponential\" expected a number other than 0");
}

/// How many steps a schedule waits for its warm-up.
template <class Curve>
double steps_waited(const Curve& curve, const Horizon& horizon) {
  if constexpr (requires { curve.warmup; })
    if (curve.warmup.clock == WarmupClock::waits) return curve.warmup.in_steps(horizon);
  return 0;
}

}  // namespace

void Piecewise::check(const std::string& where) const {
  if (pieces.empty()) refuse(where, "pieces is empty; expected at least one");
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& piece = pieces[i];
    const auto name = fmt::format("pieces.{}", i);
    if (i + 1 < pieces.size() && piece.epochs == 0 && piece.steps == 0)
      refuse(where, fmt::format("{} has no length; give it epochs or steps above 0", name));
    if (std::holds_alternative<Plateau>(piece.curve))
      refuse(where, fmt::format("{}.curve is a plateau, which would restart with its piece and "
                                "lose its measurements; use a plateau for the whole run, with a "
                                "warm-up of its own, or sgdr for restarts",
                                name));
    schedule::check(piece.curve, fmt::format("{}.{}.curve", where, name));
  }
}

void Piecewise::check_length(const std::string& where, const Horizon& horizon) const {
  double sum = 0;
  for (const auto& piece : pieces) sum += piece.in_steps(horizon);
  const auto total = static_cast<double>(horizon.total_steps);
  const bool open = pieces.back().in_steps(horizon) == 0;
  if (open ? sum >= total : std::abs(sum - total) > 0.5)
    refuse_length(where, "its pieces take", sum, horizon,
                  "change their lengths; the last may omit its length and then covers the rest");
}

void check(const Schedule& schedule, const std::string& where) {
  std::visit(
      [&](const auto& curve) {
        if constexpr (requires { curve.check(where); }) curve.check(where);
        if constexpr (requires { curve.warmup; }) check_warmup(curve.warmup, where);
      },
      schedule);
}

void check_length(const Schedule& schedule, const std::string& where, const Horizon& horizon) {
  std::visit(
      [&](const auto& curve) {
        if constexpr (requires { curve.check_length(where, horizon); })
          curve.check_length(where, horizon);
      },
      schedule);
}

std::vector<Onset> Piecewise::onsets(double start, const Horizon& horizon) const {
  std::vector<Onset> all;
  double left = static_cast<double>(horizon.total_steps) - start;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const double given = pieces[i].in_steps(horizon);
    const double span = given > 0 ? given : left;
    left -= span;
    const Horizon part{horizon.steps_per_epoch, std::max<std::int64_t>(1, std::llround(span))};
    for (auto& onset : schedule::onsets(pieces[i].curve, part)) {
      onset.option = fmt::format("pieces.{}.curve.{}", i, onset.option);
      all.push_back(std::move(onset));
    }
  }
  return all;
}

std::vector<Onset> onsets(const Schedule& schedule, const Horizon& horizon) {
  return std::visit(
      [&](const auto& curve) {
        std::vector<Onset> all;
        if constexpr (requires { curve.warmup; })
          if (const double warmup = curve.warmup.in_steps(horizon); warmup > 0)
            all.push_back(onset_at(warmup, horizon, "warmup", "it does not end within the run"));
        if constexpr (requires { curve.onsets(0.0, horizon); })
          if (all.empty() || !all.front().is_late())
            std::ranges::copy(curve.onsets(steps_waited(curve, horizon), horizon),
                              std::back_inserter(all));
        return all;
      },
      schedule);
}

}  // namespace temper::schedule
