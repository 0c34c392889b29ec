#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::regularize {

/// How the decay grows over the first updates, so that the initial weights are soon forgotten.
enum class EmaWarmup : std::uint8_t { none, tensorflow, timm };

/// Exponential moving average of the weights.
struct Ema {
  double decay = 0.999;
  EmaWarmup warmup = EmaWarmup::none;

  static constexpr std::string_view kind = "ema";
  static constexpr About about = {
      .summary =
          "An exponential moving average of weights and floating-point buffers, begun at the "
          "initial weights; it is evaluated beside the raw weights.",
      .formula =
          "a <- d_n * a + (1 - d_n) * w after update n = 0, 1, ...\n"
          "none:       d_n = decay\n"
          "tensorflow: d_n = min(decay, (1 + n) / (10 + n))\n"
          "timm:       d_n = min(decay, 1 - (1 + n)^(-2/3))",
      .paper = "Polyak and Juditsky 1992, Acceleration of stochastic approximation by averaging"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Ema::decay, {.name = "decay",
                            .meaning = "what an update keeps of the average",
                            .bounds = {0, 1, false, true},
                            .scheduled = true}),
        field(&Ema::warmup,
              {.name = "warmup", .meaning = "how the decay grows over the first updates"})};
  }
};

/// The decay of update n, n updates having been made before.
double decay_at(const Ema& ema, std::int64_t n);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::EmaWarmup> {
  static constexpr std::array<std::string_view, 3> value{"none", "tensorflow", "timm"};
};
