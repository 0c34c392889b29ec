#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/schedule/warmup.h"

namespace temper::schedule {

/// The form of the decay to the final value.
enum class Cooldown : std::uint8_t { linear, cosine, square_root };

/// Constant at the peak for most of the run, then a short decay.
struct WarmupStableDecay {
  double peak = 0.1;
  double final_value = 0;
  double cooldown = 0.2;
  Cooldown decay_fn = Cooldown::linear;
  Warmup warmup = {};

  [[nodiscard]] std::vector<Onset> onsets(double start, const Horizon& horizon) const;

  static constexpr std::string_view kind = "warmup_stable_decay";
  static constexpr About about = {
      .summary =
          "Constant at the peak for most of the run, then a decay to the final value in its last "
          "part: runs of every length have the same beginning.",
      .formula =
          "x = (t - (1 - cooldown) * T) / (cooldown * T)      x <= 0: peak\n"
          "linear:      final + (peak - final) * (1 - x)\n"
          "cosine:      final + (peak - final) / 2 * (1 + cos(pi * x))\n"
          "square_root: final + (peak - final) * (1 - sqrt(x))",
      .paper =
          "Hu et al. 2024, MiniCPM, arXiv:2404.06395; square_root: Haegele et al. 2024, "
          "arXiv:2405.18392"};
  static constexpr auto fields() {
    return std::tuple{
        field(&WarmupStableDecay::peak, {.name = "peak", .meaning = "value for most of the run"}),
        field(&WarmupStableDecay::final_value,
              {.name = "final", .meaning = "value at the end of the run"}),
        field(&WarmupStableDecay::cooldown,
              {.name = "cooldown",
               .meaning = "fraction of the run, after the warm-up, that the decay takes",
               .bounds = {0, 1, true, false}}),
        field(&WarmupStableDecay::decay_fn,
              {.name = "decay_fn",
               .meaning = "curve of the decay to the final value. linear; cosine: half a period; "
                          "square_root: 1 - sqrt(x), x from 0 to 1 in the decay"}),
        warmup_field(&WarmupStableDecay::warmup)};
  }
};

double at(const WarmupStableDecay& curve, const Clock& clock);

}  // namespace temper::schedule

template <>
struct temper::EnumNames<temper::schedule::Cooldown> {
  static constexpr std::array<std::string_view, 3> value{"linear", "cosine", "square_root"};
};
