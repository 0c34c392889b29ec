#include "temper/study/definition/widening.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include "temper/core/error.h"

namespace temper::study {
namespace {

bool was_tried(std::span<const Scored> tried, const Point& point) {
  return std::ranges::find(tried, point, &Scored::point) != tried.end();
}

/// The values of an axis that were tried, ascending.
std::vector<double> tried_values(std::span<const Scored> tried, std::size_t axis) {
  std::vector<double> values;
  for (const auto& one : tried) values.push_back(one.point[axis]);
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
  return values;
}

/// A number without the last digits, which multiplication spoils.
double rounded(double value) {
  return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr);
}

/// The value that follows the last of a row of values; nullopt where the option's range ends.
std::optional<double> beyond(const Axis& axis, double before, double last) {
  auto next = rounded(axis.geometric ? last * (last / before) : last + (last - before));
  if (axis.whole) next = std::round(next);
  const auto [low, high, open_low, open_high] = axis.bounds;
  if (next <= low && !open_low) next = low;
  if (next >= high && !open_high) next = high;
  if (!axis.bounds.contain(next) || next == last) return std::nullopt;
  return next;
}

/// The point beyond the first edge that the best one is at; none where it is at no edge. One axis
/// at a time, so that the next one is widened at the best value of this one.
std::vector<Point> beyond_edge(std::span<const Axis> axes, std::span<const Scored> tried) {
  const auto best = best_point(axes, tried);
  for (const auto i : best.at_edge) {
    auto values = tried_values(tried, i);
    if (values.size() < 2) continue;
    auto point = tried[best.index].point;
    if (point[i] == values.front()) std::ranges::reverse(values);
    const auto next = beyond(axes[i], values[values.size() - 2], values.back());
    if (!next) continue;
    point[i] = *next;
    return {point};
  }
  return {};
}

}  // namespace

std::vector<Point> grid_points(std::span<const Axis> axes) {
  std::vector<Point> points{{}};
  for (const auto& axis : axes) {
    std::vector<Point> longer;
    for (const auto& point : points)
      for (const double value : axis.values) {
        longer.push_back(point);
        longer.back().push_back(value);
      }
    points = std::move(longer);
  }
  return points;
}

std::vector<Point> next_points(std::span<const Axis> axes, std::span<const Scored> tried,
                               std::int64_t budget) {
  auto points = grid_points(axes);
  std::erase_if(points, [&](const Point& point) { return was_tried(tried, point); });
  if (points.empty() &&
      std::ranges::any_of(tried, [](const Scored& one) { return !std::isnan(one.score); }))
    points = beyond_edge(axes, tried);
  const auto left = std::max<std::int64_t>(budget - std::ssize(tried), 0);
  if (std::ssize(points) > left) points.resize(static_cast<std::size_t>(left));
  return points;
}

BestPoint best_point(std::span<const Axis> axes, std::span<const Scored> tried) {
  const auto score = [](const Scored& one) {
    return std::isnan(one.score) ? -std::numeric_limits<double>::infinity() : one.score;
  };
  const auto best = std::ranges::max_element(tried, {}, score);
  if (best == tried.end() || std::isnan(best->score))
    throw Error(
        Code::numerical,
        "tuning found no setting whose runs stayed finite; try smaller values in tune_grid");
  BestPoint result{.index = static_cast<std::size_t>(best - tried.begin())};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto values = tried_values(tried, i);
    const auto& bounds = axes[i].bounds;
    const double value = best->point[i];
    if ((value == values.front() && value > bounds.low) ||
        (value == values.back() && value < bounds.high))
      result.at_edge.push_back(i);
  }
  return result;
}

}  // namespace temper::study
