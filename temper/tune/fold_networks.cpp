#include "temper/tune/fold_networks.h"

#include <fmt/format.h>

#include <limits>
#include <string>
#include <utility>

#include "temper/core/error.h"
#include "temper/evaluate/evaluate.h"
#include "temper/io/disk/hash.h"
#include "temper/study/engine/trial_folder.h"
#include "temper/train/open_data.h"

namespace temper::tune {
namespace {

constexpr auto kLoss = "density.loss";

std::string fingerprint_of(const study::Trial& trial, const DensityOptions& options,
                           const Candidate& one) {
  // With its policy, which follows from the sampler and the losses before.
  auto text = fmt::format("{}\ndensity {}", trial.fingerprint, options.seed);
  for (const auto& sub_policy : one.policy)
    for (const auto& [operation, p, magnitude] : sub_policy)
      text += fmt::format("\n{} {} {}", name_of(operation), p, magnitude);
  return io::hash_hex(text);
}

}  // namespace

recipe::Recipe fold_recipe(const recipe::Recipe& recipe, std::int64_t folds, std::int64_t fold) {
  auto changed = recipe;
  auto& data = changed.data;
  data.augment.clear();
  std::erase_if(changed.schedules,
                [](const auto& driven) { return driven.first.starts_with("data.augment."); });
  changed.consistency.reset();
  data.folds = folds;
  data.fold = fold;
  if (!data.split_seed.value) data.split_seed.value = recipe.seed;
  return recipe::parse(recipe::to_toml(changed), changed.name);
}

FoldNetworks::FoldNetworks(const recipe::Recipe& recipe, const DensityOptions& options,
                           study::Store& store, const study::EngineOptions& engine)
    : options_(options), store_(store), engine_(engine), losses_(engine.folder / "density") {
  check(options);
  const auto& data = fingerprints_.data_of(recipe);
  if (data.regression)
    throw Error(Code::usage,
                "density matching compares losses of classes; these images have "
                "regression targets: use the random search");
  if (data.has_validation)
    throw Error(Code::usage, recipe::place(recipe.places, "data.source"),
                "density matching divides the training images into folds, and this data has a "
                "validation set of its own: name the training set alone, or use the random search");
  engine_.fingerprints = &fingerprints_;
  engine_.withhold_test = true;
  for (std::int64_t fold = 0; fold < options.folds; ++fold) {
    study::Trial trial{
        .recipe = fold_recipe(recipe, options.folds, fold),
        .fingerprint = {},
        .label = fmt::format("network without fold {} of {}", fold + 1, options.folds)};
    trial.keep = true;
    trial.fingerprint = fingerprints_.of(trial);
    trials_.push_back(std::move(trial));
  }
}

double FoldNetworks::loss(const Candidate& candidate) {
  const auto& trial = trials_.at(static_cast<std::size_t>(candidate.fold));
  const auto fingerprint = fingerprint_of(trial, options_, candidate);
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (const auto* known = losses_.row(fingerprint)) {
    const auto found = known->figures.find(kLoss);
    return found == known->figures.end() ? none : found->second;
  }
  train_all();
  const double loss = computed(candidate);
  study::Result result{.fingerprint = fingerprint,
                       .numerics = recipe::kNumerics,
                       .seed = static_cast<std::int64_t>(options_.seed),
                       .outcome = study::kFinished,
                       .label = fmt::format("fold {}, round {}, policy {}", candidate.fold + 1,
                                            candidate.round + 1, candidate.number + 1)};
  result.figures[kLoss] = loss;  // the store leaves it out where it is not finite
  losses_.add(result);
  return loss;
}

void FoldNetworks::train_all() {
  if (trained_) return;
  losses_.begin();
  const auto results = study::run_trials(trials_, store_, engine_);
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    if (results[i].diverged())
      throw Error(Code::numerical, fmt::format("the {} diverged, so no policy can be evaluated by "
                                               "it: lower the learning rate",
                                               trials_[i].label));
    if (!study::TrialFolder(engine_.folder, trials_[i].fingerprint).has_network())
      throw Error(Code::usage,
                  fmt::format("the {} has a result in {}, but it was removed; take the line of {} "
                              "out of results.csv, so that it is trained again",
                              trials_[i].label, engine_.folder.string(), trials_[i].fingerprint));
  }
  trained_ = true;
}

const FoldNetworks::Opened& FoldNetworks::opened(std::int64_t fold) {
  if (opened_ && opened_->fold == fold) return *opened_;
  opened_.reset();
  const auto& trial = trials_.at(static_cast<std::size_t>(fold));
  auto data = train::open_data(trial.recipe);
  data.test = nullptr;
  auto plan = train::plan(trial.recipe, data);
  train::prepare_thread(plan);
  auto model = train::load_model(study::TrialFolder(engine_.folder, trial.fingerprint).run());
  model.network->to(plan.device);
  train::read_with(plan, model.transform);
  opened_.emplace(Opened{.fold = fold, .plan = std::move(plan), .model = std::move(model)});
  return *opened_;
}

double FoldNetworks::computed(const Candidate& candidate) {
  const auto& fold = opened(candidate.fold);
  auto plan = fold.plan;
  plan.evaluation.views = {{operation_of(candidate.policy)}};
  plan.evaluation.seed = options_.seed;
  const auto cancel = [this] { return engine_.stop != nullptr && engine_.stop->is_set(); };
  try {
    return evaluate::score(evaluate::predict(*fold.model.network, plan, plan.validation, cancel))
        .loss;
  } catch (const evaluate::Cancelled&) {
    throw Error(Code::stopped,
                "stopped; the losses so far are stored, and the same command goes on from there");
  } catch (const Error& error) {
    if (error.code() != Code::numerical) throw;
    return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace temper::tune
