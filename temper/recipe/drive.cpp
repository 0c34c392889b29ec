// Schedules over a recipe: their values step by step, and whether they stay in range.
#include <fmt/format.h>

#include "temper/core/error.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/search.h"

namespace temper::recipe {
namespace {

[[noreturn]] void out_of_range(const std::string& path, const schedule::Schedule& schedule,
                               const Bounds& bounds, const schedule::Horizon& horizon) {
  std::int64_t step = 0;
  while (bounds.contain(schedule::value(schedule, step, horizon))) ++step;
  throw Error(Code::usage, fmt::format("{}: its schedule gives {} at step {} of {}; expected {}",
                                       path, schedule::value(schedule, step, horizon), step,
                                       horizon.total_steps, bounds.text()));
}

}  // namespace

void check_schedules(const Recipe& recipe, const schedule::Horizon& horizon) {
  auto copy = recipe;
  const auto view = group(copy);
  for (const auto& [path, schedule] : recipe.schedules) {
    const auto item = find(view, path);
    if (!item || !item->meta.scheduled)
      throw Error(Code::usage,
                  fmt::format("{}: a schedule for what is no number that can have one", path));
    const auto [low, high] = schedule::range(schedule, horizon);
    const auto& bounds = item->meta.bounds;
    if (!bounds.contain(low) || !bounds.contain(high))
      out_of_range(path, schedule, bounds, horizon);
  }
}

ScheduleDriver::ScheduleDriver(Recipe& recipe, const schedule::Horizon& horizon)
    : horizon_(horizon) {
  check_schedules(recipe, horizon);
  const auto view = group(recipe);
  for (const auto& [path, schedule] : recipe.schedules)
    driven_.emplace_back(schedule, std::get<double*>(find(view, path)->slot));
}

void ScheduleDriver::apply(std::int64_t step) const {
  for (const auto& [schedule, number] : driven_)
    *number = schedule::value(schedule, step, horizon_);
}

}  // namespace temper::recipe
