#pragma once
#include <cstdint>
#include <tuple>
#include <utility>
#include <variant>

#include "temper/core/fields.h"

/// Numbers that change during a run, as pure functions of the step: nothing to save, nothing to
/// replay.
namespace temper::schedule {

/// The length of the run that a schedule is laid over.
struct Horizon {
  std::int64_t steps_per_epoch = 1;  ///< >= 1
  std::int64_t total_steps = 1;      ///< >= 1
};

/// A stretch of the run; epochs and steps that are both given add up.
struct Duration {
  double epochs = 0;
  std::int64_t steps = 0;

  [[nodiscard]] double in_steps(const Horizon& horizon) const {
    return epochs * static_cast<double>(horizon.steps_per_epoch) + static_cast<double>(steps);
  }

  static constexpr auto fields() {
    return std::tuple{
        field(&Duration::epochs,
              {.name = "epochs", .meaning = "length in epochs", .bounds = {.low = 0}}),
        field(&Duration::steps,
              {.name = "steps", .meaning = "length in steps", .bounds = {.low = 0}})};
  }
};

/// The same value at every step, after an optional warm-up.
struct Constant {
  double value = 0.1;
  Duration warmup = {};
  double warmup_start = 0;

  static constexpr std::string_view kind = "constant";
  static constexpr About about = {
      .summary = "One value for the whole run, after an optional linear warm-up.",
      .formula =
          "s < W:  warmup_start + (value - warmup_start) * s / W\n"
          "s >= W: value"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Constant::value, {.name = "value", .meaning = "the value"}),
        field(&Constant::warmup, {.name = "warmup", .meaning = "length of the linear warm-up"}),
        field(&Constant::warmup_start,
              {.name = "warmup_start", .meaning = "value at the first step of the warm-up"})};
  }
};

/// Half a cosine from the peak to the final value; its clock starts when the warm-up ends and stops
/// with the run.
struct Cosine {
  double peak = 0.1;
  double final_value = 0;
  Duration warmup = {};
  double warmup_start = 0;

  static constexpr std::string_view kind = "cosine";
  static constexpr About about = {
      .summary =
          "Half a cosine from the peak to the final value, after an optional linear warm-up: SGDR "
          "with one "
          "period. The cosine's clock starts when the warm-up ends.",
      .formula =
          "s < W:  warmup_start + (peak - warmup_start) * s / W\n"
          "s >= W: final + (peak - final) / 2 * (1 + cos(pi * (s - W) / (T - W)))",
      .paper =
          "Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983; warm-up: Goyal et al. 2017, "
          "arXiv:1706.02677"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Cosine::peak, {.name = "peak", .meaning = "value at the end of the warm-up"}),
        field(&Cosine::final_value, {.name = "final", .meaning = "value that the run ends at"}),
        field(&Cosine::warmup, {.name = "warmup", .meaning = "length of the linear warm-up"}),
        field(&Cosine::warmup_start,
              {.name = "warmup_start", .meaning = "value at the first step of the warm-up"})};
  }
};

/// In a recipe: a table in place of a number, `{ schedule = "cosine", peak = 0.4, warmup = { epochs
/// = 1 } }`.
using Schedule = std::variant<Constant, Cosine>;

/// The schedule's value at a step.
/// @param step  0-based; steps at or beyond the horizon's end give the value at its end
double value(const Schedule& schedule, std::int64_t step, const Horizon& horizon);

/// Lowest and highest value over every step of the horizon.
std::pair<double, double> range(const Schedule& schedule, const Horizon& horizon);

}  // namespace temper::schedule
