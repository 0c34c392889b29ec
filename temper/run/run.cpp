#include "temper/run/run.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "temper/cost/memory.h"
#include "temper/cost/preflight.h"
#include "temper/distributed/group.h"
#include "temper/evaluate/fit_head.h"
#include "temper/evaluate/scores.h"
#include "temper/run/company.h"
#include "temper/run/export.h"
#include "temper/run/folder_journal.h"
#include "temper/run/follower_journal.h"
#include "temper/run/loop.h"
#include "temper/train/averaged.h"
#include "temper/train/begin.h"
#include "temper/train/data_parallel.h"
#include "temper/train/share_state.h"
#include "temper/train/stopping.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;

/// Whether this process writes the run's files.
bool leads(const train::Plan& plan) {
  return !plan.group || plan.group->leads();
}

/// The statistics of the first average are those of its last evaluation; the others have had none.
/// @param restored  the weights are those of an earlier evaluation, which may have been of the raw
///                  ones alone
void export_averages(const train::Plan& plan, train::State& state, const fs::path& folder,
                     bool restored, const std::function<bool()>& stop_asked) {
  const auto names = train::averaging_names(plan.recipe);
  const bool first_is_complete = !restored || evaluate::uses_averages(state, plan.recipe);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0 || !first_is_complete) evaluate::complete_average(state, plan, i, stop_asked);
    if (leads(plan))
      export_weights(plan, state.averages[i].tensors, folder / train::averaged_file(names[i]));
  }
}

/// Writes the files of a run whose training has ended, after evaluating the test set once. The
/// ranks evaluate it together, and rank 0 writes.
Outcome finish(const train::Plan& plan, train::State& state, Progress& progress, Journal& journal,
               const std::function<bool()>& stop_asked) {
  train::Stopwatch watch;
  journal.wait();
  const auto stop = train::finish_early_stopping(state, plan.recipe, plan.horizon);
  const auto& folder = journal.directory();
  if (leads(plan))
    export_weights(plan, train::weights(*state.network), folder / "model.safetensors");
  std::optional<train::Tested> test;
  try {
    export_averages(plan, state, folder, stop && stop->weights == "best", stop_asked);
    progress.times.save += watch.lap();
    if (stop) journal.record(*stop);
    if (plan.test) {
      const auto predictions = evaluate::test_predictions(state, plan, stop_asked);
      if (leads(plan)) export_predictions(plan, predictions, folder);
      test = {evaluate::selected_weights(state, plan.recipe), evaluate::score(predictions),
              predictions.test_time};
    }
  } catch (const evaluate::Cancelled&) {
    // The last checkpoint is that of the end of training.
    return {.step = state.step, .test = {}, .seconds = progress.seconds()};
  }
  if (test) {
    progress.times.evaluate += watch.lap();
    journal.record(*test);
  }
  journal.record(train::Ended{progress.seconds(), progress.times});
  return {.finished = true,
          .step = state.step,
          .early_stop = stop,
          .test = test,
          .seconds = progress.seconds()};
}

/// The last layer that a new run starts from, where it is fitted.
std::optional<train::LinearProbed> begin_head(const train::Plan& plan, train::State& state,
                                              Progress& progress, Journal& journal,
                                              const StopFlag* stop) {
  const auto own = train::alone(plan);  // the other ranks get the result
  auto probed =
      evaluate::fit_head(state, own, [stop] { return stop != nullptr && stop->is_set(); });
  if (!probed) return std::nullopt;
  progress.times.evaluate += probed->seconds;
  journal.record(*probed);
  return probed;
}

/// What rank 0 has found, for the others.
constexpr std::string_view kTrain = "train";
constexpr std::string_view kFinished = "finished";
constexpr std::string_view kCancelled = "cancelled";

/// Tells the other ranks how it goes on, and gives them the state. Does nothing without any.
void tell_others(const train::Plan& plan, train::State& state, const Progress& progress,
                 std::string_view what) {
  if (!plan.group) return;
  (void)plan.group->broadcast(std::string(what));
  if (what != kTrain) return;
  train::share_state(state, {.evaluated = progress.evaluated, .best_metric = progress.best_metric},
                     *plan.group);
}

/// Saves the state that a run starts from, where it is a fork or may go back to it. The ranks do so
/// together. @param forked  known to rank 0
void save_start(const train::Plan& plan, Loop& loop, bool forked) {
  if (plan.group) forked = train::any_of(*plan.group, forked);
  if (forked || loop.needs_anchor()) loop.save();
}

/// The run of a rank that writes nothing.
Outcome follow(const train::Plan& plan, const RunOptions& options) {
  FollowerJournal journal(options.directory);
  auto state = train::begin(plan);
  Progress progress;
  const auto what = plan.group->broadcast(std::string());
  if (what != kTrain)
    return {.finished = what == kFinished, .step = state.step, .test = {}, .seconds = 0};
  const auto manifest = train::share_state(state, {}, *plan.group);
  progress.evaluated = manifest.evaluated;
  progress.best_metric = manifest.best_metric;
  Loop loop(plan, state, progress, journal, {options.stop_at, options.time_limit, options.stop});
  save_start(plan, loop, /*forked=*/false);
  if (!loop.train()) return {.step = state.step, .test = {}, .seconds = progress.seconds()};
  return finish(plan, state, progress, journal, [&loop] { return loop.wants_stop(); });
}

}  // namespace

Outcome run(const train::Plan& plan, const RunOptions& options) {
  train::prepare_thread(plan);
  cost::require_sizes(plan);
  cost::require_batch_statistics(plan);
  const auto need = cost::require_memory(plan);
  if (!leads(plan)) return follow(plan, options);
  FolderJournal journal(plan, options.directory);
  auto state = train::begin(plan);
  Progress progress;
  journal.restore(state, progress, options.fork_from);
  if (finished(options.directory)) {
    tell_others(plan, state, progress, kFinished);
    return {.finished = true, .step = state.step, .test = {}, .seconds = progress.seconds()};
  }
  journal.begin(state, progress, options.command, options.observers);
  announce(journal, plan, state);
  std::optional<train::LinearProbed> probed;
  try {
    if (journal.is_new()) probed = begin_head(plan, state, progress, journal, options.stop);
  } catch (const evaluate::Cancelled&) {
    // Nothing is saved yet, and the next process begins anew.
    tell_others(plan, state, progress, kCancelled);
    return {.step = state.step, .test = {}, .seconds = progress.seconds()};
  }
  tell_others(plan, state, progress, kTrain);
  const auto members = company(plan, state, options.companions, cost::memory_left(need));
  std::vector<Track*> tracks;
  for (const auto& member : members) tracks.push_back(&member->track());
  Loop loop(plan, state, progress, journal, {options.stop_at, options.time_limit, options.stop},
            std::move(tracks));
  for (const auto& member : members) {
    member->begin(options.command);
    if (probed) member->track().record(*probed);
  }
  save_start(plan, loop, journal.is_fork());
  auto outcome = loop.train()
                     ? finish(plan, state, progress, journal, [&loop] { return loop.wants_stop(); })
                     : Outcome{.step = state.step, .test = {}, .seconds = progress.seconds()};
  outcome.carried = loop.carried();
  return outcome;
}

bool finished(const fs::path& directory) {
  const auto metrics = directory / "metrics.jsonl";
  if (!fs::exists(metrics)) return false;
  const auto events = train::read_events(metrics);
  return !events.empty() && std::holds_alternative<train::Ended>(events.back());
}

}  // namespace temper::run
