#include "temper/tune/augment.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include "temper/core/error.h"
#include "temper/recipe/contradictions.h"
#include "temper/study/definition/labels.h"
#include "temper/study/engine/trial.h"
#include "temper/tune/fold_networks.h"

namespace temper::tune {
namespace {

constexpr std::size_t kMostSettings = 1000;

/// Trains settings with seeds.
class Runs {
 public:
  Runs(const recipe::Recipe& recipe, std::int64_t seeds, study::Store& store,
       study::EngineOptions engine)
      : seeds_(seeds), store_(store), engine_(std::move(engine)) {
    const auto& data = fingerprints_.data_of(recipe);
    if (!data.has_validation && recipe.data.validation == 0 && recipe.data.folds == 0)
      throw Error(Code::usage, recipe::place(recipe.places, "data.validation"),
                  "tuning compares settings on a validation set, and this data has none: hold "
                  "images out of the training set, as in data.validation = 0.1");
    if (seeds < 1) throw Error(Code::usage, fmt::format("{} seeds; expected at least 1", seeds));
    regression_ = data.regression;
    engine_.fingerprints = &fingerprints_;
    engine_.withhold_test = true;
  }

  [[nodiscard]] bool regression() const { return regression_; }

  std::vector<ScoredSetting> scored(const std::vector<Setting>& settings) {
    std::vector<study::Trial> trials;
    for (const auto& setting : settings) {
      check(setting);
      for (std::int64_t i = 0; i < seeds_; ++i) trials.push_back(trial_of(setting, i));
    }
    const auto results = study::run_trials(trials, store_, engine_);
    std::vector<ScoredSetting> scored;
    for (std::size_t k = 0; k < results.size(); ++k) {
      const auto& setting = settings[k / static_cast<std::size_t>(seeds_)];
      if (k % static_cast<std::size_t>(seeds_) == 0)
        scored.push_back({.name = setting.name, .recipe = setting.recipe});
      scored.back().scores.push_back(score_of(results[k]));
      if (const auto time = results[k].figures.find("seconds"); time != results[k].figures.end())
        scored.back().seconds += time->second;
    }
    return scored;
  }

 private:
  static void check(const Setting& setting) {
    try {
      recipe::check_without_data(setting.recipe);
    } catch (const Error& error) {
      throw study::labelled(error, {}, setting.name);
    }
  }

  study::Trial trial_of(const Setting& setting, std::int64_t seed) {
    study::Trial trial{.recipe = setting.recipe, .fingerprint = {}, .label = {}};
    // The same validation images for all seeds.
    if (!trial.recipe.data.split_seed.value)
      trial.recipe.data.split_seed.value = setting.recipe.seed;
    trial.recipe.seed += seed;
    trial.label = fmt::format("{}, seed {}", setting.name, trial.recipe.seed);
    trial.fingerprint = fingerprints_.of(trial);
    return trial;
  }

  [[nodiscard]] std::optional<double> score_of(const study::Result& result) const {
    if (result.diverged()) return std::nullopt;
    const auto found = result.figures.find(regression_ ? "validation.r2" : "validation.accuracy");
    return found == result.figures.end() ? std::nullopt : std::optional(found->second);
  }

  std::int64_t seeds_;
  study::Store& store_;
  study::EngineOptions engine_;
  study::Fingerprints fingerprints_;
  bool regression_ = false;
};

AugmentTable table_for(const recipe::Recipe& recipe, const AugmentOptions& options,
                       AugmentSpace space, const Runs& runs) {
  AugmentTable table;
  table.name = recipe.name;
  table.space = space;
  table.regression = runs.regression();
  table.seeds = options.seeds;
  return table;
}

/// The numbers of the settings with scores, the best first.
std::vector<std::size_t> ranking(std::span<const ScoredSetting> settings) {
  std::vector<std::size_t> order(settings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return !settings[i].mean(); });
  const auto score = [&](std::size_t i) { return settings[i].mean().value_or(0); };
  std::ranges::stable_sort(order, std::greater(), score);
  return order;
}

std::vector<Setting> grid_of(const recipe::Recipe& recipe, const AugmentOptions& options) {
  const auto most = kMostSettings / std::max<std::size_t>(options.magnitudes.size(), 1);
  if (options.num_ops.empty() || options.magnitudes.empty() || options.num_ops.size() > most)
    throw Error(Code::usage,
                fmt::format("a grid of {} numbers of operations and {} magnitudes; expected one or "
                            "more of each, and at most {} settings",
                            options.num_ops.size(), options.magnitudes.size(), kMostSettings));
  if (std::set(options.num_ops.begin(), options.num_ops.end()).size() != options.num_ops.size() ||
      std::set(options.magnitudes.begin(), options.magnitudes.end()).size() !=
          options.magnitudes.size())
    throw Error(Code::usage, "a number of operations or a magnitude is given twice");
  std::vector<Setting> settings;
  for (const auto num_ops : options.num_ops)
    for (const double magnitude : options.magnitudes)
      settings.push_back({fmt::format("num_ops {}, magnitude {:g}", num_ops, magnitude),
                          with_rand_augment(recipe, num_ops, magnitude)});
  return settings;
}

ChosenPolicy drawn_policy(const recipe::Recipe& recipe, std::int64_t number) {
  return draw_policy(Random(static_cast<std::uint64_t>(recipe.seed), Purpose::search,
                            {coordinate("autoaugment"), static_cast<std::uint64_t>(number)}),
                     Levels::discrete);
}

}  // namespace

std::optional<double> ScoredSetting::mean() const {
  if (scores.empty()) return std::nullopt;
  double sum = 0;
  for (const auto& score : scores) {
    if (!score) return std::nullopt;
    sum += *score;
  }
  return sum / static_cast<double>(scores.size());
}

double AugmentTable::seconds() const {
  double sum = as_is.seconds + (combined ? combined->seconds : 0);
  for (const auto& setting : settings) sum += setting.seconds;
  return sum;
}

const ScoredSetting* AugmentTable::winner() const {
  if (space == AugmentSpace::autoaugment)
    return combined && combined->mean() ? &*combined : nullptr;
  const auto order = ranking(settings);
  return order.empty() ? nullptr : &settings[order.front()];
}

AugmentTable tune_grid(const recipe::Recipe& recipe, const AugmentOptions& options,
                       study::Store& store, const study::EngineOptions& engine) {
  Runs runs(recipe, options.seeds, store, engine);
  auto table = table_for(recipe, options, AugmentSpace::rand_augment, runs);
  table.num_ops = options.num_ops;
  table.magnitudes = options.magnitudes;
  auto settings = grid_of(recipe, options);
  settings.push_back({"the recipe as it is", recipe});
  table.settings = runs.scored(settings);
  table.as_is = std::move(table.settings.back());
  table.settings.pop_back();
  return table;
}

AugmentTable tune_policies(const recipe::Recipe& recipe, const AugmentOptions& options,
                           study::Store& store, const study::EngineOptions& engine) {
  if (options.trials < 1 || options.top < 1 || options.top > options.trials ||
      options.trials > static_cast<std::int64_t>(kMostSettings) ||
      options.top * static_cast<std::int64_t>(kSubPolicies) >
          static_cast<std::int64_t>(kMostSettings))
    throw Error(Code::usage, fmt::format("the best {} of {} policies; expected 1 to 1000 policies, "
                                         "and of these from 1 to 200",
                                         options.top, options.trials));
  Runs runs(recipe, options.seeds, store, engine);
  auto table = table_for(recipe, options, AugmentSpace::autoaugment, runs);
  std::vector<Setting> settings;
  for (std::int64_t i = 0; i < options.trials; ++i)
    settings.push_back({fmt::format("policy {}", i + 1),
                        with_policy(recipe, operation_of(drawn_policy(recipe, i)))});
  settings.push_back({"the recipe as it is", recipe});
  table.settings = runs.scored(settings);
  table.as_is = std::move(table.settings.back());
  table.settings.pop_back();
  ChosenPolicy best;
  auto order = ranking(table.settings);
  order.resize(std::min(order.size(), static_cast<std::size_t>(options.top)));
  for (const auto i : order) {
    const auto policy = drawn_policy(recipe, static_cast<std::int64_t>(i));
    best.insert(best.end(), policy.begin(), policy.end());
  }
  table.merged_policies = std::ssize(order);
  if (best.empty()) return table;
  table.combined = runs.scored({{fmt::format("the best {} policies merged", order.size()),
                                 with_policy(recipe, operation_of(best))}})
                       .front();
  return table;
}

AugmentTable tune_densities(const recipe::Recipe& recipe, const AugmentOptions& options,
                            study::Store& store, const study::EngineOptions& engine,
                            const std::function<void(std::int64_t, std::int64_t)>& on_candidate) {
  Runs runs(recipe, options.seeds, store, engine);
  auto table = table_for(recipe, options, AugmentSpace::autoaugment, runs);
  table.search = PolicySearch::density;
  table.density = options.density;
  FoldNetworks networks(recipe, options.density, store, engine);
  table.candidates =
      match_densities(options.density, [&, done = std::int64_t{0}](const Candidate& one) mutable {
        const double loss = networks.loss(one);
        const auto& d = options.density;
        if (on_candidate) on_candidate(++done, d.folds * d.rounds * d.trials);
        return loss;
      });
  table.merged_policies = std::ssize(table.candidates);
  std::vector<Setting> settings{{"the recipe as it is", recipe}};
  if (!table.candidates.empty())
    settings.push_back({fmt::format("{} policies merged", table.candidates.size()),
                        with_policy(recipe, operation_of(merged(table.candidates)))});
  auto scored = runs.scored(settings);
  table.as_is = scored.front();
  if (scored.size() > 1) table.combined = std::move(scored.back());
  return table;
}

}  // namespace temper::tune
