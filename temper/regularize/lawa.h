#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/regularize/averages.h"

namespace temper::regularize {

/// The mean of the latest snapshots of the weights.
struct Lawa {
  std::int64_t latest = 6;
  std::int64_t every = 0;
  Statistics statistics = Statistics::averaged;

  [[nodiscard]] std::int64_t interval(const Horizon& run) const {
    return every > 0 ? every : run.steps_per_epoch;
  }
  [[nodiscard]] std::vector<Onset> onsets(const Horizon& run) const;

  static constexpr std::string_view kind = "lawa";
  static constexpr About about = {
      .summary =
          "Latest weight averaging: the unweighted mean of the latest snapshots of the weights, "
          "one per epoch. Every snapshot is kept in memory and in checkpoints.",
      .formula = "a = (w_n + w_{n-1} + ... + w_{n-latest+1}) / latest, fewer at first",
      .paper =
          "Kaddour 2022, Stop wasting my time! Saving days of ImageNet and BERT training with "
          "latest weight averaging, arXiv:2209.14981"};
  static constexpr auto fields() {
    return std::tuple{
        field(
            &Lawa::latest,
            {.name = "latest", .meaning = "number of snapshots in the mean", .bounds = {1, 1000}}),
        field(&Lawa::every, {.name = "every",
                             .meaning = "number of steps between snapshots; 0: one epoch",
                             .unit = "steps",
                             .bounds = {.low = 0}}),
        statistics_field(&Lawa::statistics)};
  }
};

/// Allocates averages.snapshots for the latest weights.
void allocate_snapshots(const Lawa& options, Averages& averages);

/// Adds the weights to the mean if a snapshot is due after this step of the run.
void update_average(const Lawa& options, std::span<const Named> tensors, Averages& averages,
                    std::int64_t step);

}  // namespace temper::regularize
