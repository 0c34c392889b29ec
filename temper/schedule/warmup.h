#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/schedule/horizon.h"

namespace temper::schedule {

/// The value at step s of a warm-up of W steps from its start a to b, the first value of the curve.
enum class WarmupForm : std::uint8_t {
  linear,       ///< a + (b - a) s / W
  exponential,  ///< a (b / a)^(s / W); a and b must not be 0
  constant,     ///< a
  sigmoid       ///< a + (b - a) exp(-5 (1 - s / W)^2): Laine and Aila 2016, arXiv:1610.02242
};

/// Whether the curve's clock runs during the warm-up.
enum class WarmupClock : std::uint8_t {
  waits,  ///< starts at 0 when the warm-up ends
  runs    ///< runs during it, so that the beginning of the curve is skipped (timm's default)
};

/// A warm-up before a curve, which leads to the curve's first value.
struct Warmup {
  double epochs = 0;
  std::int64_t steps = 0;
  double start = 0;
  WarmupForm form = WarmupForm::linear;
  WarmupClock clock = WarmupClock::waits;

  [[nodiscard]] double in_steps(const Horizon& horizon) const {
    return Duration{epochs, steps}.in_steps(horizon);
  }

  static constexpr auto fields() {
    return std::tuple{
        field(&Warmup::epochs,
              {.name = "epochs", .meaning = "length in epochs", .bounds = {.low = 0}}),
        field(&Warmup::steps,
              {.name = "steps", .meaning = "length in steps", .bounds = {.low = 0}}),
        field(&Warmup::start,
              {.name = "start", .meaning = "value at the first step of the warm-up"}),
        field(
            &Warmup::form,
            {.name = "form",
             .meaning =
                 "how the value grows from start. linear; exponential: by the same factor in every "
                 "step (start must not be 0); constant: start until the end of the warm-up; "
                 "sigmoid: exp(-5 (1 - t)^2) of the way to the schedule's first value"}),
        field(
            &Warmup::clock,
            {.name = "clock",
             .meaning = "waits: the schedule begins when the warm-up ends; runs: it begins with "
                        "the warm-up, which takes the place of its first steps (timm's default)"})};
  }
};

/// The value at step s of a warm-up of `length` steps that leads to `target`.
double value(const Warmup& warmup, double s, double length, double target);

/// The field for the warm-up, in every curve.
template <class S>
constexpr auto warmup_field(Warmup S::* member) {
  return field(member, {.name = "warmup",
                        .meaning = "warm-up before the schedule; none if its length is 0"});
}

}  // namespace temper::schedule

template <>
struct temper::EnumNames<temper::schedule::WarmupForm> {
  static constexpr std::array<std::string_view, 4> value{"linear", "exponential", "constant",
                                                         "sigmoid"};
};
template <>
struct temper::EnumNames<temper::schedule::WarmupClock> {
  static constexpr std::array<std::string_view, 2> value{"waits", "runs"};
};
