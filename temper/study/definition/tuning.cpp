#include "temper/study/definition/tuning.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/recipe/search.h"
#include "temper/recipe/text.h"
#include "temper/study/definition/labels.h"

namespace temper::study {
namespace {

constexpr std::size_t kMostPoints = 100;

/// A number of a recipe that can be tuned.
struct Number {
  std::string path;
  double value;
  Bounds bounds;
  bool whole;
};

std::optional<Number> number_of(const std::string& path, const Item& item) {
  if (const auto* real = std::get_if<double*>(&item.slot))
    return Number{path, **real, item.meta.bounds, false};
  if (const auto* whole = std::get_if<std::int64_t*>(&item.slot))
    return Number{path, static_cast<double>(**whole), item.meta.bounds, true};
  if (const auto* choice = std::get_if<Auto*>(&item.slot))
    return Number{path, static_cast<double>((*choice)->value.value_or(0)), item.meta.bounds, true};
  return std::nullopt;
}

/// The number at a path within a schedule; without one, its height.
std::optional<Number> in_schedule(const recipe::Schedules& schedules, const Group& options,
                                  const std::string& path) {
  for (const auto& [scheduled, as_read] : schedules) {
    if (path != scheduled && !path.starts_with(scheduled + ".")) continue;
    auto schedule = as_read;
    const auto view = std::get<std::function<ChoiceView()>>(slot(schedule))().active();
    std::vector<std::string> names{"peak", "value"};
    if (path != scheduled) names = {path.substr(scheduled.size() + 1)};
    for (const auto& name : names)
      if (const auto item = recipe::find(view, name)) {
        auto number = number_of(recipe::join(scheduled, name), *item);
        // The height of a schedule has the range of its option.
        if (number && (name == "peak" || name == "value"))
          if (const auto option = recipe::find(options, scheduled))
            number->bounds = option->meta.bounds;
        return number;
      }
  }
  return std::nullopt;
}

/// The paths of all numbers of a recipe.
std::vector<std::string> numbers(const Group& options) {
  std::vector<std::string> paths;
  recipe::for_each_group(options, [&](const std::string& path, const Group& group) {
    for (const auto& item : group.items)
      if (auto here = recipe::join(path, item.meta.name); number_of(here, item))
        paths.push_back(std::move(here));
  });
  return paths;
}

Number number_at(const Arm& arm, const std::string& path) {
  auto recipe = arm.recipe;
  const auto view = group(recipe);
  if (auto number = in_schedule(recipe.schedules, view, path)) return *number;
  const auto item = recipe::find(view, path);
  if (item)
    if (auto number = number_of(path, *item)) return *number;
  const auto paths = numbers(view);
  const std::string message =
      item ? "is no number"
           : fmt::format("is no option of its recipe: {}",
                         suggestion(path, {paths.begin(), paths.end()}, "the numbers there are"));
  throw Error(Code::usage, fmt::format("tune names {}, which in '{}' {}", path, arm.name, message));
}

[[noreturn]] void refuse_grid(const Edits::Edit& grid, bool whole, std::string_view found) {
  refuse(grid.where(), fmt::format("tune_grid.{0} {1}; expected two or more {2}, as in "
                                   "tune_grid.{0} = [1, 2, 4]",
                                   grid.path, found, whole ? "whole numbers" : "numbers"));
}

/// The values of a grid in the study file.
std::vector<double> values_of(const Edits::Edit& grid, bool whole) {
  const auto* list = std::get_if<recipe::Node::List>(&grid.value().value);
  if (list == nullptr) refuse_grid(grid, whole, "is no list");
  std::vector<double> values;
  for (const auto& node : *list) {
    double value = std::numeric_limits<double>::quiet_NaN();
    if (const auto* real = std::get_if<double>(&node.value)) value = *real;
    if (const auto* integer = std::get_if<std::int64_t>(&node.value))
      value = static_cast<double>(*integer);
    if (!std::isfinite(value) || (whole && value != std::round(value)))
      refuse_grid(grid, whole, "has a value of another sort");
    values.push_back(value);
  }
  std::ranges::sort(values);
  if (values.size() < 2) refuse_grid(grid, whole, "has less than two values");
  if (std::ranges::adjacent_find(values) != values.end())
    refuse_grid(grid, whole, "has a value twice");
  return values;
}

/// Values around that of the recipe, by the study's factor.
std::vector<double> around(const Study& study, const Arm& arm, const Number& number) {
  if (number.value <= 0)
    throw Error(Code::usage, fmt::format("tune names {0}, which is {1} in '{2}', so that there are "
                                         "no multiples of it to try; give the values, as in "
                                         "tune_grid.{0} = [0.1, 0.3]",
                                         number.path, number.value, arm.name));
  std::vector<double> values;
  for (std::int64_t i = 0; i < study.tune_count; ++i) {
    const auto power = static_cast<double>(i) - static_cast<double>(study.tune_count - 1) / 2;
    auto value = number.value * std::pow(study.tune_factor, power);
    value = std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr);
    if (number.whole) value = std::round(value);
    if (number.bounds.contain(value) && (values.empty() || value > values.back()))
      values.push_back(value);
  }
  if (values.size() < 2)
    throw Error(Code::usage,
                fmt::format("tune names {0}, of whose multiples around {1} in '{2}' less than two "
                            "are {3}; give the values, as in tune_grid.{0} = [0.1, 0.3]",
                            number.path, number.value, arm.name, number.bounds.text()));
  return values;
}

/// Whether a grid's values are better continued by a factor than by a step.
bool is_geometric(const std::vector<double>& values) {
  if (values.front() <= 0) return false;
  if (values.size() < 3) return true;
  const double step = values[1] - values[0];
  return std::abs(values[2] - values[1] - step) > 1e-6 * step;
}

const Edits::Edit* grid_of(const Study& study, const Arm& arm, const std::string& path) {
  const auto in = [&](const Edits& grids) -> const Edits::Edit* {
    const auto grid = std::ranges::find(grids.all, path, &Edits::Edit::path);
    return grid == grids.all.end() ? nullptr : &*grid;
  };
  for (const auto row : std::views::reverse(arm.rows))
    if (const auto* grid = in(study.rows[row].tune_grid)) return grid;
  return in(study.tune_grid);
}

Axis axis_of(const Study& study, const Arm& arm, const std::string& path) {
  const auto number = number_at(arm, path);
  const auto* grid = grid_of(study, arm, path);
  Axis axis{.path = number.path,
            .values = grid == nullptr ? around(study, arm, number) : values_of(*grid, number.whole),
            .bounds = number.bounds,
            .whole = number.whole,
            .geometric = true};
  if (grid != nullptr) axis.geometric = is_geometric(axis.values);
  for (const double value : axis.values) {
    try {
      (void)with_tuned(study, arm, tuned_texts({&axis, 1}, {value}));
    } catch (const Error& error) {
      const auto where = grid == nullptr ? recipe::place(study.places, "tune") : grid->where();
      refuse(where, fmt::format("tune_grid.{} in '{}': {}", path, arm.name, error.message()));
    }
  }
  return axis;
}

}  // namespace

std::vector<Axis> tuning_axes(const Study& study, const Arm& arm) {
  std::vector<Axis> axes;
  // Rows that are trained together may tune the same number.
  const auto add = [&](const std::string& path) {
    auto axis = axis_of(study, arm, path);
    if (std::ranges::find(axes, axis.path, &Axis::path) == axes.end())
      axes.push_back(std::move(axis));
  };
  const auto where = recipe::place(study.places, "tune");
  try {
    std::ranges::for_each(study.tune, add);
  } catch (const Error& error) {
    throw error.within(where);
  }
  for (const auto row : arm.rows)
    in_row(study.rows[row], [&] { std::ranges::for_each(study.rows[row].tune, add); });
  const auto points = grid_points(axes).size();
  if (points > kMostPoints)
    refuse(where, fmt::format("tuning '{}' has {} settings; expected at most {}: give fewer values "
                              "or numbers",
                              arm.name, points, kMostPoints));
  if (study.tune_budget > 0 && static_cast<std::size_t>(study.tune_budget) < points)
    refuse(recipe::place(study.places, "tune_budget"),
           fmt::format("tune_budget is {}, but the grid of '{}' alone has {} settings",
                       study.tune_budget, arm.name, points));
  return axes;
}

std::int64_t tuning_budget(const Study& study, std::size_t largest) {
  return study.tune_budget > 0 ? study.tune_budget : 2 * static_cast<std::int64_t>(largest);
}

TunedValues tuned_texts(std::span<const Axis> axes, const Point& point) {
  TunedValues texts;
  for (std::size_t i = 0; i < axes.size(); ++i)
    texts.emplace_back(axes[i].path, axes[i].whole ? fmt::format("{:.0f}", point[i])
                                                   : recipe::number_text(point[i]));
  return texts;
}

}  // namespace temper::study
