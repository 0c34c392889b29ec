#include "temper/recipe/trajectory.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <ranges>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "temper/recipe/search.h"

namespace temper::recipe {
namespace {

std::unique_ptr<Recipe> resolved(const Recipe& recipe, const schedule::Horizon& horizon) {
  auto copy = std::make_unique<Recipe>(recipe);
  resolve(*copy, horizon);
  return copy;
}

}  // namespace

Trajectory::Trajectory(const Recipe& recipe, const schedule::Horizon& horizon)
    : recipe_(resolved(recipe, horizon)), horizon_(horizon), driver_(*recipe_, horizon) {
  sort_facts();
  find_onsets();
}

void Trajectory::sort_facts() {
  std::set<std::string> by_step;
  const bool probes = model::probes_head(recipe_->pretrained);
  for (const auto& fact : facts(*recipe_)) {
    const bool trains =
        fact.reach == Reach::training || (probes && fact.path.starts_with("evaluation."));
    if (trains && fact.by_step)
      by_step.insert(fact.path);
    else if (trains)
      fixed_.emplace(fact.path, fact.value);
    else if (fact.reach == Reach::scores)
      scored_.emplace(fact.path, fact.value);
  }
  for_each_group(group(*recipe_), [&](const std::string& path, const Group& options) {
    const auto follow = [&](const std::string& name, const Slot& slot) {
      if (by_step.contains(name) || by_step.contains(name + ".schedule"))
        numbers_.emplace(name, std::get<double*>(slot));
    };
    for (const auto& item : options.items) {
      if (!item.meta.scheduled) continue;
      const auto name = join(path, item.meta.name);
      if (const auto* view = std::get_if<std::function<ListView()>>(&item.slot)) {
        const auto list = (*view)();
        for (std::size_t i = 0; i < list.size; ++i)
          follow(join(name, std::to_string(i)), list.at(i));
      } else {
        follow(name, item.slot);
      }
    }
  });
  follows_scores_ = std::ranges::any_of(recipe_->schedules, [&](const auto& driven) {
    return std::holds_alternative<schedule::Plateau>(driven.second) &&
           fixed_.contains(driven.first + ".schedule");
  });
}

void Trajectory::find_onsets() {
  for_each_group(group(*recipe_), [&](const std::string& path, const Group& options) {
    if (!options.onsets) return;
    for (const auto& onset : options.onsets(horizon_)) {
      const auto known = onsets_.emplace(join(path, onset.option), onset.needed).first;
      known->second = std::min(known->second, onset.needed);
    }
  });
}

std::int64_t Trajectory::common_steps(const Trajectory& other) const {
  const auto rolls_back = [](const Trajectory& one) {
    return one.recipe_->guard.nan == OnNan::rollback;
  };
  const auto keys_differ = [](const auto& left, const auto& right) {
    return !std::ranges::equal(std::views::keys(left), std::views::keys(right));
  };
  if (horizon_.steps_per_epoch != other.horizon_.steps_per_epoch || rolls_back(*this) ||
      rolls_back(other) || keys_differ(fixed_, other.fixed_) ||
      keys_differ(numbers_, other.numbers_))
    return 0;
  // The scores of averages over a part of the run also depend on its length.
  if (follows_scores_ &&
      (scored_ != other.scored_ || horizon_.total_steps != other.horizon_.total_steps))
    return 0;
  auto limit =
      std::min({horizon_.total_steps, other.horizon_.total_steps, 2 * schedule::kEveryStep});
  for (auto left = fixed_.begin(), right = other.fixed_.begin(); left != fixed_.end();
       ++left, ++right) {
    if (left->second == right->second) continue;
    const auto mine = onsets_.find(left->first);
    const auto theirs = other.onsets_.find(left->first);
    if (mine == onsets_.end() || theirs == other.onsets_.end()) return 0;
    const auto effect = std::ceil(std::min(mine->second, theirs->second));  // a step, from 1
    if (effect <= static_cast<double>(limit))
      limit = std::max<std::int64_t>(0, static_cast<std::int64_t>(effect) - 1);
  }
  return first_difference(other, limit);
}

std::int64_t Trajectory::first_difference(const Trajectory& other, std::int64_t limit) const {
  const auto moves = [](const Trajectory& one) {
    const auto& mixing = one.recipe_->mixing;
    return one.recipe_->freeze || !one.recipe_->schedules.empty() ||
           (mixing && mixing->off_epoch > 0);
  };
  const auto same = [](const auto& left, const auto& right) {
    return *left.second == *right.second;
  };
  const auto looked_at = moves(*this) || moves(other) ? limit : std::min<std::int64_t>(limit, 1);
  for (std::int64_t step = 0; step < looked_at; ++step) {
    driver_.apply(step);
    other.driver_.apply(step);
    if (driver_.frozen_stages(step) != other.driver_.frozen_stages(step) ||
        !std::ranges::equal(numbers_, other.numbers_, same))
      return step;
  }
  return limit;
}

}  // namespace temper::recipe
