#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// What the number `gamma` of an exponential is.
enum class ExponentialForm : std::uint8_t {
  factor,  ///< gamma^x
  natural  ///< e^(-gamma x)
};

/// Falls by equal factors.
struct Exponential {
  double peak = 0.1;
  double gamma = 0.95;
  ExponentialForm form = ExponentialForm::factor;
  Duration every = {};
  bool staircase = false;
  Warmup warmup = {};

  static constexpr std::string_view kind = "exponential";
  static constexpr About about = {
      .summary = "Falls by equal factors: by `gamma` over every `every`, or by e^-gamma (natural).",
      .formula =
          "factor:  peak * gamma^(t / every)\n"
          "natural: peak * e^(-gamma * t / every)\n"
          "staircase: floor(t / every) in place of t / every"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Exponential::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Exponential::gamma,
              {.name = "gamma", .meaning = "how fast it falls; see form", .bounds = {.low = 0}}),
        field(
            &Exponential::form,
            {.name = "form", .meaning = "gamma is a factor, or the rate of a natural exponential"}),
        field(&Exponential::every,
              {.name = "every", .meaning = "the time that gamma is for; an epoch unless given"}),
        field(&Exponential::staircase,
              {.name = "staircase", .meaning = "falls at once at the end of every `every`"}),
        warmup_field(&Exponential::warmup)};
  }
};

/// Falls as one over the time.
struct InverseTime {
  double peak = 0.1;
  double decay = 0.1;
  Duration every = {};
  bool staircase = false;
  Warmup warmup = {};

  static constexpr std::string_view kind = "inverse_time";
  static constexpr About about = {.summary = "Falls as one over the time.",
                                  .formula =
                                      "peak / (1 + decay * t / every)\n"
                                      "staircase: floor(t / every) in place of t / every"};
  static constexpr auto fields() {
    return std::tuple{
        field(&InverseTime::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&InverseTime::decay,
              {.name = "decay", .meaning = "how fast it falls", .bounds = {.low = 0}}),
        field(&InverseTime::every,
              {.name = "every", .meaning = "the time that decay is for; an epoch unless given"}),
        field(&InverseTime::staircase,
              {.name = "staircase", .meaning = "falls at once at the end of every `every`"}),
        warmup_field(&InverseTime::warmup)};
  }
};

double at(const Exponential& curve, const Clock& clock);
double at(const InverseTime& curve, const Clock& clock);

}  // namespace temper::schedule

template <>
struct temper::EnumNames<temper::schedule::ExponentialForm> {
  static constexpr std::array<std::string_view, 2> value{"factor", "natural"};
};
