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

void resolve_base_lr(Recipe& recipe, const schedule::Horizon& horizon) {
  std::visit(
      [&](auto& optimizer) {
        if constexpr (requires { optimizer.base_lr; }) {
          const auto decay = optim::decay_options(optimizer);
          if (decay.scale != optim::DecayScale::schedule || decay.base_lr != 0) return;
          const auto driven = recipe.schedules.find("optimizer.lr");
          optimizer.base_lr = driven == recipe.schedules.end()
                                  ? optimizer.lr
                                  : schedule::range(driven->second, horizon).second;
        }
      },
      recipe.optimizer);
}

void resolve_rescaling(Recipe& recipe) {
  auto* ema = recipe.averaging ? std::get_if<regularize::Ema>(&*recipe.averaging) : nullptr;
  if (ema == nullptr || ema->rescale == regularize::EmaRescale::none) return;
  if (recipe.schedules.contains("averaging.decay"))
    throw Error(Code::usage,
                "averaging.decay has a schedule, which averaging.rescale = \"torchvision\" would "
                "overrule; keep one of them");
  ema->decay = regularize::rescaled_decay(*ema, recipe.data.batch, recipe.epochs);
  ema->rescale = regularize::EmaRescale::none;
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
    schedule::check(schedule, path);
    const auto [low, high] = schedule::range(schedule, horizon);
    const auto& bounds = item->meta.bounds;
    if (!bounds.contain(low) || !bounds.contain(high))
      out_of_range(path, schedule, bounds, horizon);
  }
}

void check_lengths(const Recipe& recipe, const schedule::Horizon& horizon) {
  for (const auto& [path, schedule] : recipe.schedules)
    schedule::check_length(schedule, path, horizon);
}

void resolve(Recipe& recipe, const schedule::Horizon& horizon) {
  resolve_base_lr(recipe, horizon);
  resolve_rescaling(recipe);
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
