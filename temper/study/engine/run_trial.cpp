#include "temper/study/engine/run_trial.h"

#include <ATen/ops/argmax.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/evaluate/assess.h"
#include "temper/evaluate/attacks.h"
#include "temper/evaluate/class_images.h"
#include "temper/evaluate/features.h"
#include "temper/measure/clusters.h"
#include "temper/run/run.h"
#include "temper/study/engine/figures_of.h"
#include "temper/study/engine/store.h"
#include "temper/study/engine/trial_folder.h"
#include "temper/train/checkpoint.h"
#include "temper/train/open_data.h"
#include "temper/train/saved_model.h"

namespace temper::study {
namespace {

namespace fs = std::filesystem;

/// A run directory of the trial: of one of its earlier parts, or of its own recipe.
struct Part {
  fs::path recipe;
  fs::path run;
  std::optional<std::int64_t> until = {};  ///< its last step; its own recipe is trained to the end,
                                           ///< or that of Trial::until_epoch
};

std::vector<Part> parts_of(const TrialFolder& folder, const TrialOrder& order) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < order.until.size(); ++i)
    parts.push_back({folder.earlier_recipe(i + 1), folder.earlier_run(i + 1), order.until[i]});
  parts.push_back({folder.recipe(), folder.run()});
  return parts;
}

/// A plan without the test set, and the test set.
struct Withheld {
  train::Plan plan;
  std::shared_ptr<const data::Source> test;

  Withheld(const recipe::Recipe& recipe, const data::Dataset& data)
      : plan(train::plan(recipe, data)), test(std::exchange(plan.test, nullptr)) {}
};

std::vector<train::Event> events_of(const fs::path& run) {
  const auto log = run / "metrics.jsonl";
  return fs::exists(log) ? train::read_events(log) : std::vector<train::Event>();
}

/// Training time of a run up to its last checkpoint.
double seconds_of(const fs::path& run) {
  const auto saved = train::list_checkpoints(run / "checkpoints");
  return saved.empty() ? 0 : train::read_manifest(saved.back()).seconds;
}

/// The trial's training.
class Training {
 public:
  Training(const TrialFolder& folder, const TrialOrder& order, const StopFlag& stop)
      : folder_(folder), order_(order), stop_(stop) {}

  /// @return the plan of the last part; nothing when stopped
  std::optional<Withheld> run() {
    std::optional<Withheld> last;
    fs::path before;
    for (const auto& part : parts_of(folder_, order_)) {
      const auto recipe = recipe::load(part.recipe);
      const auto data = train::open_data(recipe);
      last.emplace(recipe, data);
      // The study knows the length only as far as it is known before the data is prepared.
      if (const auto end = last->plan.horizon.total_steps; part.until && *part.until >= end)
        throw Error(Code::usage, fmt::format("from_step is {}, but the run ends after {} steps",
                                             *part.until, end));
      const auto until = part.until ? part.until : until_epoch(last->plan);
      run::RunOptions options{
          .directory = part.run, .stop_at = until, .stop = &stop_, .fork_from = before};
      const auto plans = before.empty() ? companions(options, data) : std::list<Withheld>();
      const auto outcome = run::run(last->plan, options);
      carried_ += outcome.carried;
      if (!outcome.finished && (!until || outcome.step < *until)) return std::nullopt;
      before = part.run;
    }
    return last;
  }

  /// Steps that were trained for other trials, too.
  [[nodiscard]] std::int64_t carried() const { return carried_; }

 private:
  /// The step after the last one of Trial::until_epoch; empty: the run's own end.
  [[nodiscard]] std::optional<std::int64_t> until_epoch(const train::Plan& plan) const {
    if (order_.until_epoch == 0) return std::nullopt;
    return std::min(order_.until_epoch * plan.horizon.steps_per_epoch + 1,
                    plan.horizon.total_steps);
  }

  /// Adds the trials whose first steps are trained along. @return their plans, which must outlive
  /// the run
  std::list<Withheld> companions(run::RunOptions& options, const data::Dataset& data) const {
    std::list<Withheld> plans;
    for (const auto& fingerprint : order_.companions) {
      const auto folder = folder_.sibling(fingerprint);
      const auto part = parts_of(folder, folder.order()).front();
      const auto& plan = plans.emplace_back(recipe::load(part.recipe), data).plan;
      options.companions.push_back({.plan = &plan, .directory = part.run, .stop_at = part.until});
    }
    return plans;
  }

  const TrialFolder& folder_;
  const TrialOrder& order_;
  const StopFlag& stop_;
  std::int64_t carried_ = 0;
};

/// @param set  "training", "validation" or "test"
void add_clusters(Figures& figures, train::SavedModel& model, const train::Plan& plan,
                  const std::shared_ptr<const data::Source>& images, const std::string& set,
                  const std::vector<std::string>& asked) {
  const auto classes = evaluate::classes_of(asked, model.classes);
  const auto [activations, labels] =
      evaluate::features(*model.network, plan, evaluate::images_of(images, classes));
  const auto distances = measure::cluster_distances(activations, labels);
  figures[fmt::format("clusters.{}.within", set)] = distances.within;
  figures[fmt::format("clusters.{}.between", set)] = distances.between;
  figures[fmt::format("clusters.{}.ratio", set)] = distances.ratio();
}

/// @param split  "validation" or "test"
void add_attacks(Figures& figures, train::SavedModel& model, const train::Plan& plan,
                 const std::string& split, const std::vector<AttackMeasure>& attacks) {
  for (const auto& asked : attacks) {
    evaluate::AttackOptions options{
        .split = split, .radii = {asked.radius}, .images = asked.images};
    options.attack.method =
        asked.method == "fgsm" ? adversarial::Method::fgsm : adversarial::Method::pgd;
    if (asked.steps > 0) options.attack.steps = asked.steps;
    const auto table = evaluate::evaluate_attack(model, plan, options);
    figures[fmt::format("{}.{}.accuracy", split, asked.method)] = table.rows.front().accuracy;
  }
}

std::vector<bool> correct_of(const evaluate::Predictions& answers) {
  std::vector<bool> correct;
  if (answers.values) return correct;
  const auto right = answers.logits.argmax(1).eq(answers.labels).contiguous();
  const auto* values = right.const_data_ptr<bool>();
  correct.assign(values, values + right.numel());
  return correct;
}

/// Everything that the trial asks for, of the weights that recipe.evaluation selects.
void measure(Result& result, train::Plan plan, const fs::path& run, const TrialOrder& order) {
  auto model = train::load_model(run);
  train::read_with(plan, model.transform);
  const bool fits = plan.validation && model.value_names.empty();
  // Intervals over the images of one run are not among a study's figures.
  evaluate::AssessOptions options{.figures = {.bootstrap = {.resamples = 1}},
                                  .sensitivity = order.sensitivity};
  if (plan.validation) {
    options.split = "validation";
    options.temperature = fits ? evaluate::TemperatureFrom::fit : evaluate::TemperatureFrom::none;
    const auto found = evaluate::assess(run, model, plan, options);
    if (found.scaled) model.temperature = found.scaled->temperature;
    add_figures(result.figures, found);
    add_attacks(result.figures, model, plan, options.split, order.attacks);
  }
  if (plan.test) {
    options.split = "test";
    options.gap = false;
    options.temperature = fits ? evaluate::TemperatureFrom::saved : evaluate::TemperatureFrom::none;
    const auto found = evaluate::assess(run, model, plan, options);
    result.correct = correct_of(found.answers);
    add_figures(result.figures, found);
    add_attacks(result.figures, model, plan, options.split, order.attacks);
  }
  if (order.clusters.empty()) return;
  add_clusters(result.figures, model, plan, plan.probe, "training", order.clusters);
  if (plan.validation)
    add_clusters(result.figures, model, plan, plan.validation, "validation", order.clusters);
  if (plan.test) add_clusters(result.figures, model, plan, plan.test, "test", order.clusters);
}

/// What the logs of the trial's parts say.
void add_log(Result& result, const std::vector<Part>& parts) {
  const auto recipe = recipe::load(parts.back().recipe);
  std::vector<train::Event> all;
  double before = 0;  // seconds of the earlier parts
  for (const auto& part : parts) {
    const auto events = events_of(part.run);
    for (auto& epoch : epochs_of(events, recipe)) {
      epoch.seconds += before;
      result.epochs.push_back(epoch);
    }
    all.insert(all.end(), events.begin(), events.end());
    if (part.until) before += seconds_of(part.run);
  }
  add_figures(result.figures, all);
  add_attacked(result.figures, all, recipe);
  if (const auto seconds = result.figures.find("seconds"); seconds != result.figures.end())
    seconds->second += before;
}

/// Leaves out what the run has done after the epoch with which the trial ends.
void end_at(Result& result, std::int64_t epoch) {
  const auto all = result.epochs.size();
  std::erase_if(result.epochs, [epoch](const Epoch& one) { return one.epoch > epoch; });
  if (result.epochs.size() < all && !result.epochs.empty())
    result.figures["seconds"] = result.epochs.back().seconds;
}

/// The scores of the last evaluation, of a trial that ends before its run does.
void add_last_evaluation(Result& result, const train::Plan& plan) {
  if (result.epochs.empty()) return;
  const auto& last = result.epochs.back();
  const char* accuracy = plan.is_regression() ? "validation.r2" : "validation.accuracy";
  if (std::isfinite(last.accuracy)) result.figures[accuracy] = last.accuracy;
  if (std::isfinite(last.validation_loss)) result.figures["validation.loss"] = last.validation_loss;
}

/// The training steps and seconds that other trials did not need.
void add_saving(Figures& figures, std::int64_t carried) {
  if (carried == 0) return;
  figures["saved.steps"] = static_cast<double>(carried);
  double seconds = 0;
  for (const char* activity : {"time.data", "time.forward", "time.backward", "time.update"})
    if (const auto found = figures.find(activity); found != figures.end()) seconds += found->second;
  if (const auto steps = figures.find("steps"); steps != figures.end() && steps->second > 0)
    figures["saved.seconds"] = static_cast<double>(carried) * seconds / steps->second;
}

}  // namespace

bool run_trial(const fs::path& path, const StopFlag& stop) {
  const TrialFolder folder(path);
  const auto order = folder.order();
  Training training(folder, order, stop);
  Result result{.fingerprint = order.fingerprint,
                .numerics = recipe::kNumerics,
                .seed = order.seed,
                .outcome = kFinished,
                .label = order.label,
                .measures = order.asked};
  try {
    auto trained = training.run();
    if (!trained) return false;
    if (order.score_test) trained->plan.test = trained->test;
    if (order.until_epoch > 0) {
      add_log(result, parts_of(folder, order));
      end_at(result, order.until_epoch);
      add_last_evaluation(result, trained->plan);
      Store(folder.path()).add(result);
      return true;
    }
    measure(result, std::move(trained->plan), folder.run(), order);
  } catch (const Error& error) {
    if (error.code() != Code::numerical) throw;
    result.outcome = kDiverged;
    result.figures.clear();
    result.correct.clear();
  }
  add_log(result, parts_of(folder, order));
  add_saving(result.figures, training.carried());
  Store(folder.path()).add(result);
  return true;
}

}  // namespace temper::study
