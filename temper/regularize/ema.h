#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/onset.h"

namespace temper::regularize {

/// How the decay grows over the first updates, so that the initial weights are forgotten
/// quickly.
enum class EmaWarmup : std::uint8_t { none, tensorflow, timm };

/// Whether the decay is used as given or rescaled to the length of the run.
enum class EmaRescale : std::uint8_t { none, torchvision };

/// Exponential moving average of the weights.
struct Ema {
  double decay = 0.999;
  EmaWarmup warmup = EmaWarmup::none;
  std::int64_t every = 1;
  EmaRescale rescale = EmaRescale::none;

  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr std::string_view kind = "ema";
  static constexpr About about = {
      .summary =
          "Exponential moving average (EMA) of the weights and floating-point buffers, starting "
          "from the initial weights.",
      .formula =
          "a <- d_n * a + (1 - d_n) * w after update n = 0, 1, ...\n"
          "none:       d_n = decay\n"
          "tensorflow: d_n = min(decay, (1 + n) / (10 + n))\n"
          "timm:       d_n = min(decay, 1 - (1 + n)^(-2/3))\n"
          "rescale = torchvision: decay <- 1 - min(1, (1 - decay) * batch * every / epochs)",
      .paper = "Polyak and Juditsky 1992, Acceleration of stochastic approximation by averaging"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Ema::decay, {.name = "decay",
                            .meaning = "decay of the exponential moving average",
                            .bounds = {0, 1, false, true},
                            .scheduled = true}),
        field(&Ema::warmup,
              {.name = "warmup",
               .meaning = "decay of update n, counted from 0. none: as given; tensorflow: at most "
                          "(1 + n) / (10 + n); timm: at most 1 - (1 + n)^(-2/3)"}),
        field(&Ema::every, {.name = "every",
                            .meaning = "number of steps between updates",
                            .unit = "steps",
                            .bounds = {.low = 1}}),
        field(&Ema::rescale,
              {.name = "rescale",
               .meaning = "none: the decay as given; torchvision: 1 - decay is multiplied by batch "
                          "* every / epochs, as in torchvision's references"})};
  }
};

/// The decay of update n, 0-based.
double decay_at(const Ema& ema, std::int64_t n);

/// torchvision's decay for a run: 1 - min(1, (1 - decay) * batch * every / epochs).
double rescaled_decay(const Ema& ema, std::int64_t batch, std::int64_t epochs);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::EmaWarmup> {
  static constexpr std::array<std::string_view, 3> value{"none", "tensorflow", "timm"};
};
template <>
struct temper::EnumNames<temper::regularize::EmaRescale> {
  static constexpr std::array<std::string_view, 2> value{"none", "torchvision"};
};
