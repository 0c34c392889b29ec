#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// The meaning of `gamma` in an exponential.
enum class ExponentialForm : std::uint8_t {
  factor,  ///< gamma^x
  natural  ///< e^(-gamma x)
};

/// Exponential decay.
struct Exponential {
  double peak = 0.1;
  double gamma = 0.95;
  ExponentialForm form = ExponentialForm::factor;
  Duration every = {};
  bool staircase = false;
  Warmup warmup = {};

  [[nodiscard]] std::vector<Onset> onsets(double start, const Horizon& horizon) const;

  static constexpr std::string_view kind = "exponential";
  static constexpr About about = {
      .summary =
          "Exponential decay: by the factor `gamma` in every `every`, or by e^-gamma (natural).",
      .formula =
          "factor:  peak * gamma^(t / every)\n"
          "natural: peak * e^(-gamma * t / every)\n"
          "staircase: floor(t / every) in place of t / every"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Exponential::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&Exponential::gamma, {.name = "gamma",
                                    .meaning = "factor or rate of the decay; see form",
                                    .bounds = {.low = 0}}),
        field(&Exponential::form, {.name = "form",
                                   .meaning = "factor: gamma is the factor of the decay, gamma^t; "
                                              "natural: gamma is its rate, e^(-gamma t)"}),
        field(&Exponential::every,
              {.name = "every", .meaning = "duration that gamma refers to; an epoch unless given"}),
        field(&Exponential::staircase,
              {.name = "staircase",
               .meaning = "decays in discrete steps, at the end of every `every`"}),
        warmup_field(&Exponential::warmup)};
  }
};

/// Inverse time decay.
struct InverseTime {
  double peak = 0.1;
  double decay = 0.1;
  Duration every = {};
  bool staircase = false;
  Warmup warmup = {};

  [[nodiscard]] std::vector<Onset> onsets(double start, const Horizon& horizon) const;

  static constexpr std::string_view kind = "inverse_time";
  static constexpr About about = {.summary = "Inverse time decay.",
                                  .formula =
                                      "peak / (1 + decay * t / every)\n"
                                      "staircase: floor(t / every) in place of t / every"};
  static constexpr auto fields() {
    return std::tuple{
        field(&InverseTime::peak, {.name = "peak", .meaning = "value at the start"}),
        field(&InverseTime::decay,
              {.name = "decay", .meaning = "rate of the decay", .bounds = {.low = 0}}),
        field(&InverseTime::every,
              {.name = "every", .meaning = "duration that decay refers to; an epoch unless given"}),
        field(&InverseTime::staircase,
              {.name = "staircase",
               .meaning = "decays in discrete steps, at the end of every `every`"}),
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
