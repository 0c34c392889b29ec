// Validity of a schedule, by itself and for a run of known length.
#include <fmt/format.h>

#include <cmath>

#include "temper/core/error.h"
#include "temper/schedule/schedule.h"

namespace temper::schedule {
namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(Code::usage, fmt::format("{}: {}", where, what));
}

void need_length(const Duration& duration, const std::string& name, const std::string& where) {
  if (duration.epochs == 0 && duration.steps == 0)
    refuse(where, fmt::format("{} has no length; give it epochs or steps above 0", name));
}

void check_curve(const OneCycle& curve, const std::string& where) {
  if (curve.three_phase && curve.pct_start > 0.5)
    refuse(where, fmt::format("pct_start is {}; with three_phase = true expected at most 0.5",
                              curve.pct_start));
}
void check_curve(const Plateau& curve, const std::string& where) {
  if (curve.minimum > curve.peak)
    refuse(where,
           fmt::format("minimum is {}, above its peak of {}; a plateau only decreases the value",
                       curve.minimum, curve.peak));
  if (curve.threshold_mode == PlateauThreshold::relative && curve.threshold >= 1)
    refuse(where, fmt::format("threshold is {}; with threshold_mode = \"relative\" it is a "
                              "fraction of the best score, expected below 1",
                              curve.threshold));
}
void check_curve(const Piecewise& curve, const std::string& where) {
  if (curve.pieces.empty()) refuse(where, "pieces is empty; expected at least one");
  for (std::size_t i = 0; i < curve.pieces.size(); ++i) {
    const auto& piece = curve.pieces[i];
    const auto name = fmt::format("pieces.{}", i);
    if (i + 1 < curve.pieces.size()) need_length({piece.epochs, piece.steps}, name, where);
    if (std::holds_alternative<Plateau>(piece.curve))
      refuse(where, fmt::format("{}.curve is a plateau, which would restart with its piece and "
                                "lose its measurements; use a plateau for the whole run, with a "
                                "warm-up of its own, or sgdr for restarts",
                                name));
    check(piece.curve, fmt::format("{}.{}.curve", where, name));
  }
}
template <class Curve>
void check_curve(const Curve&, const std::string&) {}

void check_warmup(const Warmup& warmup, const std::string& where) {
  if (warmup.form == WarmupForm::exponential && warmup.start == 0)
    refuse(where,
           "warmup.start is 0; with warmup.form = \"exponential\" expected a number other than 0");
}

void refuse_length(const std::string& where, std::string_view what, double steps,
                   const Horizon& horizon, std::string_view help) {
  refuse(
      where,
      fmt::format(
          "{} {:.10g} steps ({:.6g} epochs), but the run has {} steps ({:.6g} epochs); {}", what,
          steps, steps / static_cast<double>(horizon.steps_per_epoch), horizon.total_steps,
          static_cast<double>(horizon.total_steps) / static_cast<double>(horizon.steps_per_epoch),
          help));
}

void check_span(const MultiStep& curve, const std::string& where, const Horizon& horizon) {
  const auto total = static_cast<double>(horizon.total_steps);
  for (const double epoch : curve.milestones)
    if (const double step = epoch * static_cast<double>(horizon.steps_per_epoch); step >= total)
      refuse_length(where, "one of its milestones is after", step, horizon,
                    "remove it, or train longer");
}
void check_span(const Piecewise& curve, const std::string& where, const Horizon& horizon) {
  double sum = 0;
  for (const auto& piece : curve.pieces) sum += piece.in_steps(horizon);
  const auto total = static_cast<double>(horizon.total_steps);
  const auto& last = curve.pieces.back();
  const bool open = last.in_steps(horizon) == 0;
  if (open ? sum >= total : std::abs(sum - total) > 0.5)
    refuse_length(where, "its pieces take", sum, horizon,
                  "change their lengths; the last may omit its length and then covers the rest");
}
template <class Curve>
void check_span(const Curve&, const std::string&, const Horizon&) {}

}  // namespace

void check(const Schedule& schedule, const std::string& where) {
  std::visit(
      [&](const auto& curve) {
        check_curve(curve, where);
        if constexpr (requires { curve.warmup; }) check_warmup(curve.warmup, where);
      },
      schedule);
}

void check_length(const Schedule& schedule, const std::string& where, const Horizon& horizon) {
  std::visit([&](const auto& curve) { check_span(curve, where, horizon); }, schedule);
}

}  // namespace temper::schedule
