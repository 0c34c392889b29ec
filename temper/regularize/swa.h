#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/regularize/averages.h"

namespace temper::regularize {

/// The equal mean of the weights over the end of the run.
struct Swa {
  double start = 0.75;
  std::int64_t every = 0;
  Statistics statistics = Statistics::reestimated;

  static constexpr std::string_view kind = "swa";
  static constexpr About about = {
      .summary =
          "The equal mean of the weights, taken once an epoch over the last quarter of the run, "
          "with BatchNorm's statistics measured anew under it. It wants a constant or cyclic rate "
          "there. Before, the average is the weights of the last epoch's end.",
      .formula = "a <- a + (w - a) / (n + 1) for weights n = 0, 1, ... of the mean",
      .paper =
          "Izmailov et al. 2018, Averaging weights leads to wider optima and better "
          "generalization, arXiv:1803.05407"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Swa::start, {.name = "start",
                            .meaning = "share of the run before the mean begins",
                            .bounds = {0, 1, false, true}}),
        field(&Swa::every, {.name = "every",
                            .meaning = "steps from one weight of the mean to the next; 0: an epoch",
                            .unit = "steps",
                            .bounds = {.low = 0}}),
        statistics_field(&Swa::statistics)};
  }
};

/// Takes part of the step into the mean, where its turn is.
void follow(const Swa& options, std::span<const Named> tensors, Averages& averages);

}  // namespace temper::regularize
