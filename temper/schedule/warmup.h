#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/schedule/horizon.h"

namespace temper::schedule {

/// How a warm-up of W steps goes from its start a to b, the first value of what follows.
enum class WarmupForm : std::uint8_t {
  linear,       ///< a + (b - a) s / W
  exponential,  ///< a (b / a)^(s / W); a and b must not be 0
  constant      ///< a
};

/// What the curve's clock does during the warm-up.
enum class WarmupClock : std::uint8_t {
  waits,  ///< begins at 0 when the warm-up ends
  runs    ///< runs beneath it, so that the curve's beginning is never seen (timm unless told
          ///< otherwise)
};

/// A stretch before a curve, on the way to the curve's first value.
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
        field(&Warmup::start, {.name = "start", .meaning = "value at its first step"}),
        field(&Warmup::form,
              {.name = "form",
               .meaning = "straight, by equal factors (start above 0), or standing at start"}),
        field(&Warmup::clock,
              {.name = "clock",
               .meaning = "the curve's clock waits for the end of the warm-up, or runs beneath"})};
  }
};

/// The value at step s of a warm-up of `length` steps that leads to `target`.
double value(const Warmup& warmup, double s, double length, double target);

/// The field of every curve.
template <class S>
constexpr auto warmup_field(Warmup S::* member) {
  return field(member,
               {.name = "warmup", .meaning = "stretch before it; none when its length is 0"});
}

}  // namespace temper::schedule

template <>
struct temper::EnumNames<temper::schedule::WarmupForm> {
  static constexpr std::array<std::string_view, 3> value{"linear", "exponential", "constant"};
};
template <>
struct temper::EnumNames<temper::schedule::WarmupClock> {
  static constexpr std::array<std::string_view, 2> value{"waits", "runs"};
};
