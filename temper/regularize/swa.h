#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/regularize/averages.h"

namespace temper::regularize {

/// The mean of the weights over the last part of the run.
struct Swa {
  double start = 0.75;
  std::int64_t every = 0;
  Statistics statistics = Statistics::reestimated;

  [[nodiscard]] std::int64_t interval(const Horizon& run) const {
    return every > 0 ? every : run.steps_per_epoch;
  }
  /// The number of snapshots before those that are averaged.
  [[nodiscard]] std::int64_t snapshots_before(const Horizon& run) const;
  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr std::string_view kind = "swa";
  static constexpr About about = {
      .summary =
          "Stochastic weight averaging: the unweighted mean of the weights, taken once per epoch "
          "over the last quarter of the run, with BatchNorm's statistics re-estimated for it. It "
          "needs a constant or cyclic learning rate there. Before that, the average is the weights "
          "at the end of the latest epoch.",
      .formula = "a <- a + (w - a) / (n + 1) for snapshots n = 0, 1, ... of the mean",
      .paper =
          "Izmailov et al. 2018, Averaging weights leads to wider optima and better "
          "generalization, arXiv:1803.05407"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Swa::start, {.name = "start",
                            .meaning = "share of the run after which averaging starts",
                            .bounds = {0, 1, false, true}}),
        field(&Swa::every, {.name = "every",
                            .meaning = "number of steps between snapshots; 0: one epoch",
                            .unit = "steps",
                            .bounds = {.low = 0}}),
        statistics_field(&Swa::statistics)};
  }
};

/// Adds the weights to the mean if a snapshot is due after this step of the run.
void update_average(const Swa& options, std::span<const Named> tensors, Averages& averages,
                    std::int64_t step);

}  // namespace temper::regularize
