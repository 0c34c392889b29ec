#include "temper/study/analysis/ablate.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/model/architecture.h"
#include "temper/recipe/contradictions.h"
#include "temper/study/definition/arms.h"
#include "temper/study/definition/check.h"
#include "temper/study/definition/labels.h"
#include "temper/study/definition/rules.h"

namespace temper::study {
namespace {

/// Throws Error{Code::usage} for a recipe that can't be trained on its data, as far as that is
/// known without images.
void check_trainable(const recipe::Recipe& recipe, Fingerprints& fingerprints) {
  (void)model::number_of_stages(recipe.model, task_of(recipe, fingerprints.data_of(recipe)));
  recipe::check_without_data(recipe);
}

void check_trainable(const Study& study, const std::vector<Arm>& all, Fingerprints& fingerprints) {
  for (const auto& arm : all) {
    try {
      check_trainable(arm.recipe, fingerprints);
    } catch (const Error& error) {
      if (error.code() != Code::usage) throw;
      const auto where = arm.rows.empty() ? recipe::place(study.places, "base")
                                          : study.rows.at(arm.rows.back()).where;
      throw labelled(error, where, fmt::format("'{}'", arm.name));
    }
  }
}

Course course_of(const Study& study, const AblateOptions& options, Fingerprints& fingerprints) {
  const auto& share = options.engine.share;
  const auto workers = options.engine.jobs * (share ? share->count : 1);
  const auto all = arms(study);
  const auto& data = fingerprints.data_of(all.front().recipe);
  check_trainable(study, all, fingerprints);
  // At most: how many images are held out is known when the data is prepared.
  check_beginnings(study, [&fingerprints](recipe::Recipe recipe) {
    recipe.data.validation = 0;
    recipe.data.folds = 0;
    const auto steps = steps_per_epoch(recipe, fingerprints.data_of(recipe));
    return recipe::horizon_of(recipe, steps).total_steps;
  });
  return {for_targets(study, data.regression),
          [&fingerprints](const Trial& trial) { return fingerprints.of(trial); },
          {.budget = options.budget,
           .workers = static_cast<double>(workers),
           .check = [&fingerprints](const recipe::Recipe& recipe) {
             check_trainable(recipe, fingerprints);
           }}};
}

AnalyseOptions analysis_of(const Store& store) {
  AnalyseOptions options;
  for (const auto& result : store.older()) options.older.insert(result.fingerprint);
  return options;
}

}  // namespace

Followed follow(const Course& course, const Run& run,
                const std::function<void(const Stand&, const Results&)>& on_batch) {
  Followed followed;
  while (true) {
    followed.stand = course.stand(followed.results);
    const auto& trials = followed.stand.next.trials;
    if (trials.empty()) return followed;
    if (on_batch) on_batch(followed.stand, followed.results);
    for (auto& result : run(trials)) {
      auto fingerprint = result.fingerprint;
      followed.results.insert_or_assign(std::move(fingerprint), std::move(result));
    }
    for (const auto& trial : trials)
      if (!followed.results.contains(trial.fingerprint))
        throw Error(Code::internal, fmt::format("{} has no result", trial.label));
  }
}

StudyTable ablate(const Study& study, Store& store, const AblateOptions& options) {
  Fingerprints fingerprints;
  const auto course = course_of(study, options, fingerprints);
  auto analysis = analysis_of(store);
  Stand stand;
  Results so_far;
  auto engine = options.engine;
  engine.fingerprints = &fingerprints;
  engine.on_progress = [&](const Progress& progress) {
    if (options.engine.on_progress) options.engine.on_progress(progress);
    if (progress.ended == nullptr || !options.on_table) return;
    so_far.insert_or_assign(progress.ended->fingerprint, *progress.ended);
    auto quick = analysis;
    quick.extras = false;
    options.on_table(analyse(course, stand, so_far, quick));
  };
  const auto followed = follow(
      course, [&](std::span<const Trial> trials) { return run_trials(trials, store, engine); },
      [&](const Stand& now, const Results& results) {
        stand = now;
        so_far = results;
        if (options.on_batch) options.on_batch(now);
      });
  return analyse(course, followed.stand, followed.results, analysis);
}

Previewer::Previewer(const Study& study, const AblateOptions& options)
    : course_(course_of(study, options, fingerprints_)) {}

Preview Previewer::preview(const Store& store, Extras extras) const {
  Results results;
  while (true) {
    auto stand = course_.stand(results);
    const auto before = results.size();
    for (const auto& trial : stand.next.trials)
      if (const auto known = store.find(trial.fingerprint); known && answers(*known, trial))
        results.insert_or_assign(trial.fingerprint, *known);
    if (results.size() > before) continue;
    auto analysis = analysis_of(store);
    analysis.extras = extras == Extras::always || stand.next.trials.empty();
    auto table = analyse(course_, stand, results, analysis);
    return {std::move(stand), std::move(table)};
  }
}

Preview preview(const Study& study, const Store& store, const AblateOptions& options) {
  return Previewer(study, options).preview(store);
}

}  // namespace temper::study
