#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/onset.h"
#include "temper/schedule/constant.h"
#include "temper/schedule/cosine.h"
#include "temper/schedule/decay.h"
#include "temper/schedule/horizon.h"
#include "temper/schedule/one_cycle.h"
#include "temper/schedule/plateau.h"
#include "temper/schedule/polynomial.h"
#include "temper/schedule/step.h"
#include "temper/schedule/warmup_stable_decay.h"

/// Values that change during a run, as pure functions of the step: nothing has to be saved or
/// replayed. Only a plateau has a state.
namespace temper::schedule {

struct Piece;

/// When a schedule takes a new value.
enum class Interval : std::uint8_t {
  step,  ///< at every step
  epoch  ///< at the first step of every epoch, for all its steps
};

/// Several schedules, one after the other.
struct Piecewise {
  /// Five epochs of linear increase, then a cosine.
  Piecewise();
  explicit Piecewise(std::vector<Piece> in_turn);

  std::vector<Piece> pieces;
  Interval interval = Interval::step;

  void check(const std::string& where) const;
  void check_length(const std::string& where, const Horizon& horizon) const;
  [[nodiscard]] std::vector<Onset> onsets(double start, const Horizon& horizon) const;

  static constexpr std::string_view kind = "piecewise";
  static constexpr About about = {
      .summary =
          "Several schedules, one after the other, each over its own part of the run as over a run "
          "of that length. The last may omit its length: it then covers the rest of the run. With "
          "interval = \"epoch\" a value is kept for an epoch, as by the schedulers of PyTorch and "
          "timm where training scripts step them after every epoch.",
      .formula =
          "pieces = [{ epochs = 5, curve = { kind = \"linear\", peak = 0.1, final = 0.4 } },\n"
          "          { curve = { kind = \"cosine\", peak = 0.4 } }]"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Piecewise::pieces,
              {.name = "pieces",
               .meaning = "list of schedules, each with a length (epochs, steps) and a curve"}),
        field(&Piecewise::interval,
              {.name = "interval",
               .meaning = "whether the value changes at every step, or at the first step of every "
                          "epoch only"})};
  }
};

/// In a recipe: a table in place of a number, `{ schedule = "cosine", peak = 0.4, warmup = { epochs
/// = 1 } }`. Each has a function `at(curve, clock)`, its value without a warm-up. One whose options
/// may contradict each other, or the length of the run, has a member `check(where)` or
/// `check_length(where, horizon)`, which call the functions of refuse.h. One that may be without
/// effect in a short run has a member `onsets(start, horizon)`, where `start` is the step at which
/// its clock starts.
using Schedule =
    std::variant<Constant, Cosine, Step, MultiStep, Exponential, InverseTime, Polynomial, Linear,
                 Sgdr, OneCycle, WarmupStableDecay, Plateau, Piecewise, PartialCosine>;

struct Piece {
  double epochs = 0;
  std::int64_t steps = 0;
  Schedule curve = {};

  [[nodiscard]] double in_steps(const Horizon& horizon) const {
    return Duration{epochs, steps}.in_steps(horizon);
  }

  static constexpr auto fields() {
    return std::tuple{
        field(&Piece::epochs,
              {.name = "epochs", .meaning = "length in epochs", .bounds = {.low = 0}}),
        field(&Piece::steps, {.name = "steps", .meaning = "length in steps", .bounds = {.low = 0}}),
        field(&Piece::curve, {.name = "curve", .meaning = "the schedule over that length"})};
  }
};

/// Throws Error{Code::usage} for options that don't go together.
/// @param where  the scheduled option, such as "optimizer.lr", for the message
void check(const Schedule& schedule, const std::string& where);

/// Throws Error{Code::usage} for a schedule that is longer or shorter than the run.
void check_length(const Schedule& schedule, const std::string& where, const Horizon& horizon);

/// When its warm-up ends, and when the options of its curve first have an effect.
std::vector<Onset> onsets(const Schedule& schedule, const Horizon& horizon);

/// The schedule's value at a step.
/// @param step    0-based; steps at or beyond the horizon's end give the value at its end
/// @param memory  the state of a plateau; by default that before any reduction
double value(const Schedule& schedule, std::int64_t step, const Horizon& horizon,
             const PlateauState& memory = {});

/// Lowest and highest value over the steps of the horizon (of a very long one, over those that
/// next_checked() gives); for a plateau, for any measurements.
std::pair<double, double> range(const Schedule& schedule, const Horizon& horizon);

/// The first step after any warm-up whose value is below that of the step before; nothing if there
/// is none among those that next_checked() gives. For a plateau, the first step after the warm-up,
/// because it may fall at any time.
std::optional<std::int64_t> first_decrease(const Schedule& schedule, const Horizon& horizon);

}  // namespace temper::schedule

template <>
struct temper::EnumNames<temper::schedule::Interval> {
  static constexpr std::array<std::string_view, 2> value{"step", "epoch"};
};

// Instantiated once, because its view is large.
extern template temper::Slot temper::slot(temper::schedule::Schedule& value);
