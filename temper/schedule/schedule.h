#pragma once
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "temper/core/fields.h"
#include "temper/schedule/constant.h"
#include "temper/schedule/cosine.h"
#include "temper/schedule/decay.h"
#include "temper/schedule/horizon.h"
#include "temper/schedule/one_cycle.h"
#include "temper/schedule/plateau.h"
#include "temper/schedule/polynomial.h"
#include "temper/schedule/step.h"
#include "temper/schedule/warmup_stable_decay.h"

/// Numbers that change during a run, as pure functions of the step: nothing to save, nothing to
/// replay. A plateau alone has a memory.
namespace temper::schedule {

struct Piece;

/// One schedule after the other.
struct Piecewise {
  /// Five epochs up, and a cosine.
  Piecewise();
  explicit Piecewise(std::vector<Piece> in_turn);

  std::vector<Piece> pieces;

  static constexpr std::string_view kind = "piecewise";
  static constexpr About about = {
      .summary =
          "One schedule after the other, each laid over its own stretch as over a run of that "
          "length. The last may leave its length out: it then has the rest of the run.",
      .formula =
          "pieces = [{ epochs = 5, curve = { kind = \"linear\", peak = 0.1, final = 0.4 } },\n"
          "          { curve = { kind = \"cosine\", peak = 0.4 } }]"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Piecewise::pieces,
              {.name = "pieces", .meaning = "a length (epochs, steps) and a curve each"})};
  }
};

/// In a recipe: a table in place of a number, `{ schedule = "cosine", peak = 0.4, warmup = { epochs
/// = 1 } }`.
using Schedule =
    std::variant<Constant, Cosine, Step, MultiStep, Exponential, InverseTime, Polynomial, Linear,
                 Sgdr, OneCycle, WarmupStableDecay, Plateau, Piecewise>;

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

/// Throws Error{Code::usage} for options that don't go together. @param where  the option driven,
/// "optimizer.lr", for the message
void check(const Schedule& schedule, const std::string& where);

/// Throws Error{Code::usage} for a schedule that is longer or shorter than the run.
void check_length(const Schedule& schedule, const std::string& where, const Horizon& horizon);

/// The schedule's value at a step.
/// @param step    0-based; steps at or beyond the horizon's end give the value at its end
/// @param memory  a plateau's; unless given it stands before any reduction
double value(const Schedule& schedule, std::int64_t step, const Horizon& horizon,
             const PlateauMemory& memory = {});

/// Lowest and highest value over every step of the horizon; of a plateau, whatever is measured.
std::pair<double, double> range(const Schedule& schedule, const Horizon& horizon);

/// The first step behind any warm-up whose value is below that of the step before; nothing where
/// there is none. A plateau falls at its first step: it may.
std::optional<std::int64_t> first_fall(const Schedule& schedule, const Horizon& horizon);

}  // namespace temper::schedule

// Compiled once, as its view is large.
extern template temper::Slot temper::slot(temper::schedule::Schedule& value);
