// The schedules of a recipe: their values at each step, and checks that they stay in range.
#include <fmt/format.h>

#include <cmath>

#include "temper/core/error.h"
#include "temper/recipe/late.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/search.h"

namespace temper::recipe {
namespace {

/// The learning rates, which lr_scaling scales; muon's `rest` has one of its own.
std::vector<std::string> rates(const Group& recipe) {
  return paths_of(recipe, "lr");
}

double factor_of(const Recipe& recipe, std::string_view path) {
  const bool is_rate = path.ends_with(".lr");
  return is_rate && recipe.lr_scaling ? optim::factor(*recipe.lr_scaling, recipe.data.batch) : 1;
}

std::string scaled_by(double factor) {
  return factor == 1 ? "" : fmt::format(", including lr_scaling's factor of {:g}", factor);
}

[[noreturn]] void refuse(const Recipe& recipe, std::string_view path, std::string_view what) {
  throw Error(Code::usage, place(recipe.places, path), fmt::format("{}: {}", path, what));
}

[[noreturn]] void out_of_range(const Recipe& recipe, const std::string& path,
                               const schedule::Schedule& schedule, const Bounds& bounds,
                               const schedule::Horizon& horizon) {
  const double factor = factor_of(recipe, path);
  if (!recipe.schedules.contains(path))
    refuse(recipe, path,
           fmt::format("its value is {}{}; expected {}",
                       factor * schedule::value(schedule, 0, horizon), scaled_by(factor),
                       bounds.text()));
  for (std::int64_t step = 0; step < horizon.total_steps;
       step = schedule::next_checked(step, horizon))
    if (const double value = factor * schedule::value(schedule, step, horizon);
        !bounds.contain(value) || !std::isfinite(value))
      refuse(recipe, path,
             fmt::format("its schedule gives {} at step {} of {}{}; expected {}", value, step,
                         horizon.total_steps, scaled_by(factor), bounds.text()));
  refuse(recipe, path,
         fmt::format("its plateau can decrease to a minimum of {}; expected {}",
                     factor * schedule::range(schedule, horizon).first, bounds.text()));
}

/// Checks the values at all steps of the run, whatever score a plateau follows.
void check_range(const Recipe& recipe, const std::string& path, const schedule::Schedule& schedule,
                 const Bounds& bounds, const schedule::Horizon& horizon) {
  const double factor = factor_of(recipe, path);
  const auto [low, high] = schedule::range(schedule, horizon);
  for (const double value : {factor * low, factor * high})
    if (!bounds.contain(value) || !std::isfinite(value))
      out_of_range(recipe, path, schedule, bounds, horizon);
}

/// Whether the option or one that contains it is used before its step is due.
bool is_used_ahead(const Group& recipe, std::string_view path) {
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = path.find('.', end + 1);
    const auto item = find(recipe, path.substr(0, end));
    if (item && item->meta.ahead_of_step) return true;
  }
  return false;
}

/// A number without a schedule, as a constant schedule.
schedule::Schedule constant(const Item& rate) {
  return schedule::Constant{.value = *std::get<double*>(rate.slot)};
}

constexpr std::string_view kMixing = "mixing.";
constexpr std::string_view kMixingP = "mixing.p";

/// The highest learning rate of the run.
double highest(const Recipe& recipe, const std::string& path, double constant,
               const schedule::Horizon& horizon) {
  const auto driven = recipe.schedules.find(path);
  const double unscaled =
      driven == recipe.schedules.end() ? constant : schedule::range(driven->second, horizon).second;
  return factor_of(recipe, path) * unscaled;
}

template <class Optimizer>
void resolve_base_lr(const Recipe& recipe, Optimizer& optimizer, const std::string& path,
                     const schedule::Horizon& horizon) {
  if constexpr (requires { optimizer.base_lr; }) {
    const auto decay = optim::decay_options(optimizer);
    if (decay.scale == optim::DecayScale::schedule && decay.base_lr == 0)
      optimizer.base_lr = highest(recipe, path + ".lr", optimizer.lr, horizon);
  }
  if constexpr (requires { optimizer.rest; })
    std::visit([&](auto& rest) { resolve_base_lr(recipe, rest, path + ".rest", horizon); },
               optimizer.rest);
}

/// The optimizer's kind if it is meant for a learning rate that does not decrease and decaying_lr
/// is not set; else empty.
std::string_view kind_without_lr_decay(const optim::Optimizer& optimizer) {
  return std::visit(
      [](const auto& rule) -> std::string_view {
        if constexpr (requires { rule.decaying_lr; })
          return rule.decaying_lr ? "" : rule.kind;
        else
          return "";
      },
      optimizer);
}

/// Checks that the network of evaluation does not depend on the step.
void check_stochastic_depth(const Recipe& recipe) {
  constexpr std::string_view path = "model.stochastic_depth.drop_path_rate";
  if (!recipe.schedules.contains(std::string(path))) return;
  const auto* random = model::random_options(recipe.model);
  if (random != nullptr && random->stochastic_depth &&
      random->stochastic_depth->scaling == regularize::DepthScaling::test)
    refuse(recipe, path,
           "it has a schedule, and with scaling = \"test\" the network used in evaluation would "
           "depend on it; use scaling = \"inverted\"");
}

void check_lr_decay(const Recipe& recipe, const schedule::Horizon& horizon) {
  const std::string path = "optimizer.lr";
  const auto kind = kind_without_lr_decay(recipe.optimizer);
  const auto driven = recipe.schedules.find(path);
  if (kind.empty() || driven == recipe.schedules.end()) return;
  if (const auto step = schedule::first_decrease(driven->second, horizon))
    refuse(
        recipe, path,
        fmt::format("its schedule {} step {}, but the averaging of {} replaces learning rate "
                    "decay; keep it constant after its warm-up (schedule = \"constant\"), or "
                    "confirm it with optimizer.decaying_lr = true",
                    std::holds_alternative<schedule::Plateau>(driven->second) ? "can decrease from"
                                                                              : "decreases at",
                    *step, kind));
}

void resolve_rescaling(Recipe& recipe, const schedule::Horizon& horizon) {
  for (std::size_t i = 0; i < recipe.averaging.size(); ++i) {
    auto* ema = std::get_if<regularize::Ema>(&recipe.averaging[i]);
    if (ema == nullptr || ema->rescale == regularize::EmaRescale::none) continue;
    if (const auto path = fmt::format("averaging.{}.decay", i); recipe.schedules.contains(path))
      refuse(recipe, path,
             "it has a schedule, which rescale = \"torchvision\" would override; keep one of them");
    ema->decay = regularize::rescaled_decay(*ema, recipe.data.batch, horizon.epochs());
    ema->rescale = regularize::EmaRescale::none;
  }
}

}  // namespace

void check_schedules(const Recipe& recipe, const schedule::Horizon& horizon) {
  auto copy = recipe;
  const auto view = group(copy);
  for (const auto& [path, schedule] : recipe.schedules) {
    const auto item = find(view, path);
    if (!item || !item->meta.scheduled)
      refuse(recipe, path, "a schedule for something that is not a number that can be scheduled");
    with_places(recipe.places, [&] { schedule::check(schedule, path); });
    if (std::holds_alternative<schedule::Plateau>(schedule) && is_used_ahead(view, path))
      refuse(recipe, path,
             "a data option can't have a plateau schedule, since images are prepared before the "
             "score that it follows is known; use another schedule");
    if (std::holds_alternative<schedule::Plateau>(schedule) && path.starts_with(kMixing) &&
        replays_of(recipe) > 1)
      refuse(recipe, path,
             "with adversarial.kind = \"free\" a batch is mixed alike in all of its steps, and a "
             "plateau may change between two of them; use another schedule");
    check_range(recipe, path, schedule, item->meta.bounds, horizon);
  }
  check_stochastic_depth(recipe);
  for (const auto& path : rates(view))
    if (const auto item = find(view, path); !recipe.schedules.contains(path))
      check_range(recipe, path, constant(*item), item->meta.bounds, horizon);
}

void check_lengths(const Recipe& recipe, const schedule::Horizon& horizon) {
  for (const auto& [path, schedule] : recipe.schedules)
    with_places(recipe.places, [&] { schedule::check_length(schedule, path, horizon); });
  check_freeze(recipe, horizon.epochs());
  for (const auto& late : late_options(recipe, horizon))
    if (late.onset.refused)
      throw Error(Code::usage, place(recipe.places, late.path), to_text(late));
  check_lr_decay(recipe, horizon);
}

void check_plateaus(const Recipe& recipe, bool validated) {
  for (const auto& [path, schedule] : recipe.schedules)
    if (!validated && std::holds_alternative<schedule::Plateau>(schedule))
      refuse(recipe, path,
             "a plateau follows the validation score, and with data.validation = 0 there is none; "
             "hold out images, as in data.validation = 0.1, or use another schedule");
}

void resolve(Recipe& recipe, const schedule::Horizon& horizon) {
  std::visit([&](auto& optimizer) { resolve_base_lr(recipe, optimizer, "optimizer", horizon); },
             recipe.optimizer);
  resolve_rescaling(recipe, horizon);
}

std::int64_t replays_of(const Recipe& recipe) {
  const auto* const free =
      recipe.adversarial ? std::get_if<adversarial::FreeTraining>(&*recipe.adversarial) : nullptr;
  return free == nullptr ? 1 : free->replays;
}

ScheduleDriver::ScheduleDriver(Recipe& recipe, const schedule::Horizon& horizon)
    : horizon_(horizon), replays_(replays_of(recipe)), freeze_(recipe.freeze) {
  check_schedules(recipe, horizon);
  const auto view = group(recipe);
  const auto number = [&](std::string_view path) {
    return std::get<double*>(find(view, path)->slot);
  };
  for (const auto& [path, schedule] : recipe.schedules)
    driven_.push_back(
        {path, schedule, factor_of(recipe, path), number(path), path.starts_with(kMixing)});
  // A constant learning rate that is scaled is written like a scheduled one, from the value that
  // was read.
  for (const auto& path : rates(view))
    if (const double factor = factor_of(recipe, path);
        factor != 1 && !recipe.schedules.contains(path))
      driven_.push_back({path, constant(*find(view, path)), factor, number(path), false});
  // So is the probability of mixing where it ends before the run does.
  if (!recipe.mixing || recipe.mixing->off_epoch == 0) return;
  mixed_epochs_ = recipe.mixing->off_epoch;
  mixing_p_ = number(kMixingP);
  if (const std::string path(kMixingP); !recipe.schedules.contains(path))
    driven_.push_back({path, constant(*find(view, path)), 1, mixing_p_, true});
}

void ScheduleDriver::apply(std::int64_t step, const Plateaus& plateaus) const {
  const auto first = step / replays_ * replays_;  // that has the step's batch
  for (const auto& driven : driven_) {
    const auto memory = plateaus.find(driven.path);
    *driven.number =
        driven.factor *
        schedule::value(driven.schedule, driven.by_batch ? first : step, horizon_,
                        memory == plateaus.end() ? schedule::PlateauState{} : memory->second);
  }
  if (mixing_p_ != nullptr && epoch(first) >= mixed_epochs_) *mixing_p_ = 0;
}

std::int64_t ScheduleDriver::frozen_stages(std::int64_t step) const {
  return freeze_ ? model::frozen_stages(*freeze_, step, horizon_.steps_per_epoch) : 0;
}

}  // namespace temper::recipe
