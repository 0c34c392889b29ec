#include "temper/study/analysis/rows.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "temper/study/analysis/batch.h"

namespace temper::study {

std::optional<Mean> mean_of(std::span<const std::optional<double>> values) {
  Mean result;
  for (const auto& value : values)
    if (value) {
      ++result.n;
      result.mean += *value;
    }
  if (result.n == 0) return std::nullopt;
  result.mean /= static_cast<double>(result.n);
  double squares = 0;
  for (const auto& value : values)
    if (value) squares += (*value - result.mean) * (*value - result.mean);
  if (result.n > 1) result.deviation = std::sqrt(squares / static_cast<double>(result.n - 1));
  return result;
}

std::vector<CurvePoint> curve_of(const ArmFigures& arm, const Column& column) {
  std::map<std::int64_t, CurvePoint> points;
  for (const auto* run : arm.by_seed) {
    if (run == nullptr || run->diverged()) continue;
    for (const auto& epoch : run->epochs) {
      auto& point = points[epoch.epoch];
      point.epoch = epoch.epoch;
      ++point.runs;
      point.seconds += epoch.seconds;
      point.train_loss += epoch.train_loss;
      point.validation_loss += epoch.validation_loss;
      point.accuracy += column.scale * epoch.accuracy;
    }
  }
  std::vector<CurvePoint> curve;
  for (auto& [epoch, point] : points) {
    const auto runs = static_cast<double>(point.runs);
    for (auto* sum : {&point.seconds, &point.train_loss, &point.validation_loss, &point.accuracy})
      *sum /= runs;
    curve.push_back(point);
  }
  return curve;
}

TableRow row_of(const Arm& arm, const ArmFigures& figures, std::span<const std::int64_t> seeds,
                const Column& column, const Column& validation) {
  TableRow row{.name = arm.name, .arm = figures.arm, .length = arm.length};
  const auto values = figures.values(column);
  const auto validated = figures.values(validation);
  std::vector<std::optional<double>> seconds;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    const auto* run = figures.by_seed[i];
    auto& point = row.points.emplace_back(
        SeedPoint{.seed = seeds[i], .outcome = {}, .value = values[i], .validation = validated[i]});
    if (run == nullptr) {
      ++row.missing;
      continue;
    }
    ++(run->diverged() ? row.diverged : row.finished);
    point.outcome = run->outcome;
    point.seconds = seconds_of(*run);
    if (!run->diverged()) seconds.push_back(point.seconds);
  }
  row.value = mean_of(values);
  row.validation = mean_of(validated);
  if (const auto mean = mean_of(seconds)) row.seconds = mean->mean;
  return row;
}

void rank_rows(std::vector<TableRow>& rows, const Column& validation) {
  const auto is_ranked = [](const TableRow& row) { return row.diverged == 0 && row.validation; };
  const auto better = [&](double a, double b) {
    return validation.higher_is_better ? a > b : a < b;
  };
  for (auto& row : rows) {
    if (!is_ranked(row)) continue;
    const double own = row.validation->mean;
    row.rank = 1;
    row.pareto = true;
    for (const auto& other : rows) {
      if (!is_ranked(other) || other.length != row.length) continue;
      const double its = other.validation->mean;
      if (better(its, own)) ++row.rank;
      const bool as_good = !better(own, its) && other.seconds <= row.seconds;
      if (as_good && (better(its, own) || other.seconds < row.seconds)) row.pareto = false;
    }
  }
}

}  // namespace temper::study
