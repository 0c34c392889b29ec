#include "temper/statistics/two_stage.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "temper/statistics/checks.h"
#include "temper/statistics/distributions.h"
#include "temper/statistics/multiple.h"
#include "temper/statistics/paired.h"
#include "temper/statistics/search.h"

namespace temper::statistics {
namespace {

/// An estimated standard deviation.
struct Deviation {
  double value;
  double df;
};

struct Goal {
  double power;
  double alpha;  ///< of the first comparison that Holm's procedure must find
  std::int64_t pilot;
};

Goal goal_of(double power, double level, std::int64_t comparisons, std::int64_t pilot) {
  const double alpha = 1 - bonferroni_level(level, comparisons);
  check_fraction("power", power);
  if (!(power > alpha)) refuse("power", power, "more than the level of the test");
  return {.power = power, .alpha = alpha, .pilot = pilot};
}

double critical(const Goal& goal, std::int64_t n) {
  return t_quantile(1 - goal.alpha / 2, static_cast<double>(n - goal.pilot));
}

Deviation deviation_of(std::span<const double> differences) {
  const std::vector<double> zeros(differences.size());
  const auto of = paired_difference(differences, zeros);
  return {.value = of.deviation, .df = of.df};
}

std::int64_t seeds(const Deviation& deviation, double detect, const Goal& goal) {
  return fewest(goal.pilot + kLeastAfterPilot, [&](std::int64_t n) {
    const double effect = detect * std::sqrt(static_cast<double>(n));
    return deviation.value == 0 || noncentral_t_cdf(effect / deviation.value, deviation.df,
                                                    critical(goal, n)) >= goal.power;
  });
}

}  // namespace

TwoStage plan_two_stage(std::span<const std::vector<double>> pilot_differences_by_row,
                        double detect, double power, double level, std::int64_t comparisons) {
  const auto rows = static_cast<double>(pilot_differences_by_row.size());
  if (rows == 0) refuse("number of rows in a pilot", rows, "at least 1");
  check_positive("difference to detect", detect);
  std::vector<Deviation> deviations;
  double squares = 0, df = 0;
  std::size_t pilot = 0;
  for (const auto& differences : pilot_differences_by_row) {
    deviations.push_back(deviation_of(differences));
    const auto& [value, of] = deviations.back();
    squares += of * value * value;
    df += of;
    pilot = std::max(pilot, differences.size());
  }
  const auto goal = goal_of(
      power, level,
      comparisons == 0 ? static_cast<std::int64_t>(pilot_differences_by_row.size()) : comparisons,
      static_cast<std::int64_t>(pilot));
  const Deviation pooled{.value = std::sqrt(squares / df), .df = df / (1 + (rows - 1) / 4)};
  TwoStage plan{.n = seeds(pooled, detect, goal), .pilot_deviation = pooled.value, .by_row = {}};
  for (const auto& deviation : deviations) plan.by_row.push_back(seeds(deviation, detect, goal));
  plan.row = static_cast<std::size_t>(
      std::distance(plan.by_row.begin(), std::ranges::max_element(plan.by_row)));
  return plan;
}

double detectable_after_pilot(std::span<const double> differences, std::int64_t n, double power,
                              double level, std::int64_t comparisons) {
  const auto deviation = deviation_of(differences);
  const auto goal =
      goal_of(power, level, comparisons, static_cast<std::int64_t>(differences.size()));
  if (n <= goal.pilot) refuse("number of pairs", static_cast<double>(n), "more than the pilot's");
  const double t = critical(goal, n);
  const double quantile =
      reaches(power, [&](double x) { return noncentral_t_cdf(x, deviation.df, t); });
  return quantile * deviation.value / std::sqrt(static_cast<double>(n));
}

}  // namespace temper::statistics
