#include "temper/train/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "temper/core/error.h"
#include "temper/train/averaged.h"
#include "temper/train/begin.h"
#include "temper/train/checkpoint.h"
#include "temper/train/clock.h"
#include "temper/train/environment.h"
#include "temper/train/evaluate.h"
#include "temper/train/export.h"
#include "temper/train/guarded_step.h"
#include "temper/train/memory.h"
#include "temper/train/plateaus.h"
#include "temper/train/preflight.h"
#include "temper/train/recorder.h"
#include "temper/train/run_folder.h"
#include "temper/train/saver.h"
#include "temper/train/statistics.h"
#include "temper/train/stopping.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;
using recipe::Best;
using recipe::OnNan;

Keep keep_of(const recipe::Recipe& recipe) {
  return {recipe.checkpoint.keep, recipe.checkpoint.best,
          recipe.guard.nan == OnNan::rollback ? recipe.guard.anchor_every : 0};
}

/// One run, from opening its folder to writing its last file. The training step itself is in
/// step().
class Run {
 public:
  Run(const Plan& plan, const RunOptions& options)
      : plan_(plan),
        options_(options),
        folder_(options.directory),
        recipe_(plan.recipe),
        driver_(recipe_, plan.horizon),
        state_(begin(plan)),
        loader_(plan.train, plan.training),
        saver_(folder_.checkpoints(), keep_of(plan.recipe)),
        step_(folder_.checkpoints(), [this] { saver_.wait(); }) {}

  Outcome operator()() {
    folder_.require_same_run(plan_);
    resume();
    if (finished(folder_.path()))
      return {.finished = true, .step = state_.step, .test = {}, .seconds = seconds()};
    folder_.record(plan_, options_.command, forked_from_);
    Recorder recorder(folder_.path(), state_.step, evaluated_);
    read_reported_images();
    watchers_ = options_.observers;
    watchers_.insert(watchers_.begin(), &recorder);
    announce();
    if (!forked_from_.empty() || needs_anchor()) save();
    return train() && finish() ? ended() : stopped();
  }

 private:
  [[nodiscard]] double seconds() const { return seconds_before_ + watch_.seconds(); }

  void tell(const Event& event) {
    for (auto* watcher : watchers_) watcher->see(event);
  }

  /// Restores the state at which an earlier process, or the run to fork from, stopped.
  void resume() {
    auto checkpoint = folder_.newest_checkpoint(notes_);
    if (!checkpoint && !options_.fork_from.empty()) {
      fork();
      return;
    }
    if (!checkpoint) {
      if (!notes_.empty())
        notes_.emplace_back("no older checkpoint is left; training starts from the beginning");
      return;
    }
    const auto manifest = read_manifest(*checkpoint);
    load_checkpoint(state_, *checkpoint);
    seconds_before_ = manifest.seconds;
    evaluated_ = manifest.evaluated;
    best_metric_ = manifest.best_metric;
    if (!notes_.empty())
      notes_.push_back(fmt::format("resuming from {} instead", checkpoint->string()));
    note_platform(manifest.platform);
  }

  void fork() {
    if (!fs::is_directory(options_.fork_from))
      throw Error(Code::usage, {.file = options_.fork_from.string()}, "no run to fork from");
    const RunFolder source(options_.fork_from);
    const auto checkpoint = source.newest_checkpoint(notes_);
    if (!checkpoint)
      throw Error(Code::usage,
                  fmt::format("{} has no checkpoint to fork from", options_.fork_from.string()));
    const auto anew = load_compatible(state_, *checkpoint);
    notes_.insert(notes_.end(), anew.begin(), anew.end());
    note_platform(read_manifest(*checkpoint).platform);
    state_.origin = state_.step;
    forked_from_ = fmt::format("{} at step {}", options_.fork_from.string(), state_.step);
    if (state_.step >= plan_.horizon.total_steps)
      throw Error(
          Code::usage,
          fmt::format("{} is at step {} and this recipe ends at step {}; increase epochs or "
                      "steps",
                      options_.fork_from.string(), state_.step, plan_.horizon.total_steps));
  }

  void note_platform(const Platform& there) {
    if (const auto list = differences(there, platform(plan_.recipe)); !list.empty())
      notes_.push_back(
          "resuming on another platform, so the last bits of the weights may differ: " + list);
  }

  void announce() {
    tell(Started{.name = recipe_.name,
                 .time = utc_now(),
                 .fingerprint = plan_.fingerprint,
                 .step = state_.step,
                 .steps_per_epoch = plan_.horizon.steps_per_epoch,
                 .total_steps = plan_.horizon.total_steps,
                 .epochs = plan_.horizon.epochs(),
                 .parameters = model::parameter_count(*state_.network),
                 .multiply_adds = model::multiply_adds(*state_.network, plan_.task),
                 .train_images = plan_.train->size(),
                 .validation_images = plan_.validation ? plan_.validation->size() : 0,
                 .test_images = plan_.test ? plan_.test->size() : 0,
                 .classes = plan_.train->classes(),
                 .values = plan_.train->value_names(),
                 .channels = plan_.task.channels,
                 .height = plan_.task.height,
                 .width = plan_.task.width,
                 .batch = recipe_.data.batch,
                 .averaging = averaging_name(recipe_),
                 .weights = selected_weights()});
    if (state_.step == state_.origin)
      for (const auto& note : plan_.data_notes) tell(Warned{note});
    for (const auto& note : notes_) tell(Warned{note});
    for (const auto& image : plan_.bad) tell_skipped(image.where, image.reason, state_.step);
  }

  /// Reads from the log which skipped images an earlier process has already reported.
  void read_reported_images() {
    const auto metrics = folder_.path() / "metrics.jsonl";
    if (!fs::exists(metrics)) return;
    for (const auto& event : read_events(metrics))
      if (const auto* image = std::get_if<SkippedImage>(&event)) skipped_.insert(image->where);
  }

  void tell_skipped(const std::string& where, const std::string& reason, std::int64_t step) {
    if (skipped_.insert(where).second)
      tell(SkippedImage{.step = step, .where = where, .reason = reason});
  }

  /// False: stopped on request, after saving.
  bool train() {
    if (at_epoch_end() && state_.step > state_.origin && !evaluated_ && !evaluate()) return false;
    while (!is_over())
      if (!epoch()) return false;
    return true;
  }

  /// The rest of the current epoch, and its evaluation. False: stopped on request, after saving.
  bool epoch() {
    const auto per_epoch = plan_.horizon.steps_per_epoch;
    loader_.start(state_.step / per_epoch, state_.step % per_epoch);
    state_.network->train(true);
    while (state_.step < plan_.horizon.total_steps) {
      const auto* batch = next_batch();
      if (batch == nullptr) break;
      if (stop_asked()) return save_and_stop();
      for (const auto& image : batch->skipped)
        tell_skipped(plan_.train->where(image.id), image.reason, state_.step + 1);
      train_on(*batch);
      saver_.check();
      if (!at_epoch_end() && is_due()) save();
    }
    return evaluate();
  }

  /// The next batch, or null at the end of the epoch. When an image can't be read, the state is
  /// saved before the error is thrown.
  const data::Batch* next_batch() {
    const Stopwatch wait;
    try {
      const auto* batch = loader_.next();
      times_.data += wait.seconds();
      return batch;
    } catch (const Error& error) {
      const bool recoverable = error.code() == Code::data || error.code() == Code::io;
      if (!recoverable || !saved_in_time()) throw;
      throw Error(
          error.code(), error.where(),
          fmt::format("{}\nThe run is saved at step {}: fix this and repeat the same command{}.",
                      error.message(), state_.step,
                      plan_.training.skip_bad
                          ? ""
                          : ", or add --set data.on_bad_image=skip to skip such images"));
    }
  }

  /// Whether the state could be saved before another error is reported.
  bool saved_in_time() {
    try {
      return !save_and_stop();
    } catch (const Error&) {
      return false;
    }
  }

  /// All steps are done, or early stopping has ended training.
  [[nodiscard]] bool is_over() const {
    return state_.step >= plan_.horizon.total_steps || should_stop(state_, recipe_);
  }

  /// The end of the run counts as one, too: its last epoch may be incomplete.
  [[nodiscard]] bool at_epoch_end() const {
    return state_.step % plan_.horizon.steps_per_epoch == 0 ||
           state_.step == plan_.horizon.total_steps;
  }

  [[nodiscard]] bool stop_asked() const {
    return (options_.stop != nullptr && options_.stop->is_set()) ||
           (options_.time_limit && watch_.seconds() >= *options_.time_limit) ||
           (options_.stop_at && state_.step >= *options_.stop_at && !is_over());
  }

  bool save_and_stop() {
    save();
    saver_.wait();
    return false;
  }

  [[nodiscard]] bool is_due() const {
    const auto& c = recipe_.checkpoint;
    const auto every = [this](std::int64_t steps) { return steps > 0 && state_.step % steps == 0; };
    return every(c.every_steps) || every(c.every_epochs * plan_.horizon.steps_per_epoch) ||
           (c.every_minutes > 0 && since_save_.seconds() >= 60 * c.every_minutes) || needs_anchor();
  }

  [[nodiscard]] bool needs_anchor() const {
    const auto every = keep_of(recipe_).anchor_every;
    return every > 0 && state_.step % every == 0;
  }

  void train_on(const data::Batch& loaded) {
    const auto batch = loaded.to(plan_.device);
    prepare(state_, driver_);
    if (state_.step == 0) {
      const auto warning = inspect_first_batch(plan_, *state_.network, batch);
      if (!warning.empty()) tell(Warned{warning});
    }
    const bool with_norms =
        recipe_.log.norms_every > 0 && (state_.step + 1) % recipe_.log.norms_every == 0;
    Norms norms;
    const auto result = step_(state_, recipe_, batch, times_, with_norms ? &norms : nullptr);
    evaluated_ = false;
    if (result.not_finite) {
      report_skipped_step(*result.not_finite, batch);
      return;
    }
    window_.add(result.loss.item<double>(), batch.ids.size(0));
    if (with_norms) {
      norms.step = state_.step;
      tell(norms);
    }
    if (state_.step % recipe_.log.every_steps == 0 || state_.step == plan_.horizon.total_steps)
      tell_step();
  }

  /// Reports a step that was not applied, and ends the run where recipe.guard says so.
  void report_skipped_step(const NotFinite& found, const data::Batch& batch) {
    SkippedStep event{.step = state_.step,
                      .loss = found.loss,
                      .parameter = found.parameter,
                      .action = std::string(name_of(recipe_.guard.nan)),
                      .ids = {}};
    const auto ids = batch.ids.to(at::kCPU);
    const auto* first = ids.const_data_ptr<std::int64_t>();
    event.ids.assign(first, first + ids.numel());
    tell(event);
    if (recipe_.guard.nan == OnNan::stop || state_.left_out_in_row > recipe_.guard.limit)
      throw_not_finite(event);
  }

  [[noreturn]] void throw_not_finite(const SkippedStep& event) {
    saver_.wait();
    std::vector<std::string> images;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, event.ids.size()); ++i)
      images.push_back(plan_.train->where(event.ids[i]));
    throw Error(
        Code::numerical,
        fmt::format(
            "at step {} the training loss is {}{} (learning rate {:g}). The batch starts with {}; "
            "all of its images are listed in {}. Lower the learning rate, lengthen its warm-up, or "
            "see 'temper explain guard'. {}",
            event.step, event.loss,
            event.parameter.empty()
                ? ""
                : fmt::format(" and the gradient of {} is not finite", event.parameter),
            learning_rate(recipe_), fmt::join(images, ", "),
            (folder_.path() / "metrics.jsonl").string(),
            recipe_.guard.nan == OnNan::stop
                ? "Nothing was saved after the last checkpoint."
                : fmt::format("{} steps in a row were not finite.", state_.left_out_in_row)));
  }

  void tell_step() {
    if (window_.steps == 0) return;
    tell(Stepped{.step = state_.step,
                 .epoch = static_cast<double>(state_.step) /
                          static_cast<double>(plan_.horizon.steps_per_epoch),
                 .loss = window_.mean_loss(),
                 .lr = learning_rate(recipe_),
                 .images_per_second = static_cast<double>(window_.images) / window_.watch.seconds(),
                 .seconds = seconds()});
    window_ = {};
  }

  Predictions answers(const std::shared_ptr<const data::Source>& images) {
    return predict(*state_.network, plan_, images, [this] { return stop_asked(); });
  }

  Scores scores() {
    Scores result;
    result.train = score(answers(plan_.probe));
    if (plan_.validation) result.validation = score(answers(plan_.validation));
    return result;
  }

  /// Calls `look` with averaged weights in the network, in place of the trained ones.
  template <class Look>
  auto with_average(std::size_t index, const Look& look) {
    refresh_averages(state_, recipe_);
    const auto named = weights(*state_.network);
    const regularize::SwappedAverages swapped(state_.averages[index], named);
    if (wants_statistics(recipe_, index))
      reestimate_statistics(*state_.network, plan_, state_.step / plan_.horizon.steps_per_epoch,
                            [this] { return stop_asked(); });
    return look();
  }

  [[nodiscard]] std::string selected_weights() const {
    return uses_averages() ? "averaged" : "raw";
  }

  [[nodiscard]] bool uses_averages() const {
    return !state_.averages.empty() && recipe_.evaluation.weights != recipe::Weights::raw;
  }

  void evaluate(Evaluated& event, bool averaged) {
    if (!averaged)
      event.raw = scores();
    else if (!state_.averages.empty())
      event.averaged = with_average(0, [this] { return scores(); });
  }

  /// At the end of an epoch. False: stopped on request, after saving.
  bool evaluate() {
    const Stopwatch watch;
    std::optional<StopDecision> judged;
    bool last = state_.step == plan_.horizon.total_steps;
    Evaluated event{.epoch = plan_.horizon.epochs(state_.step),
                    .step = state_.step,
                    .seconds = 0,
                    .raw = {},
                    .averaged = {}};
    // The same stages are frozen as in the epoch's last step, also when the run is resumed here.
    state_.network->freeze(driver_.frozen_stages(state_.step - 1));
    try {
      // The selected weights after every epoch, the others at the end of training.
      evaluate(event, uses_averages());
      judged = judge(state_, recipe_, event);
      last = last || (judged && judged->ends);
      if (last || recipe_.evaluation.weights == recipe::Weights::both)
        evaluate(event, !uses_averages());
    } catch (const Cancelled&) {
      return save_and_stop();
    }
    times_.evaluate += watch.seconds();
    event.seconds = seconds();
    tell(event);
    window_ = {};
    evaluated_ = true;
    observe(state_, recipe_, plan_.horizon, event);
    if (judged) record_evaluation(state_, *judged);
    best_metric_ = best_metric_of(uses_averages() ? *event.averaged : *event.raw);
    if (last || best_metric_ || is_due()) save();
    return true;
  }

  [[nodiscard]] std::optional<BestMetric> best_metric_of(const Scores& scores) const {
    const auto by = recipe_.checkpoint.best;
    if (by == Best::none || !scores.validation) return std::nullopt;
    const double value =
        by == Best::validation_loss ? scores.validation->loss : scores.validation->accuracy;
    if (!std::isfinite(value)) return std::nullopt;
    return BestMetric{std::string(name_of(by)), value};
  }

  void save() {
    const Stopwatch watch;
    saver_.save(snapshot(state_,
                         {.fingerprint = plan_.fingerprint,
                          .seconds = seconds(),
                          .evaluated = evaluated_,
                          .best_metric = evaluated_ ? best_metric_ : std::nullopt,
                          .platform = platform(plan_.recipe)},
                         weights_metadata(plan_)));
    since_save_ = {};
    times_.save += watch.seconds();
  }

  /// Writes the files of a finished run. False: stopped on request, after saving.
  bool finish() {
    Stopwatch watch;
    saver_.wait();
    early_stop_ = finish_early_stopping(state_, recipe_, plan_.horizon);
    const auto& folder = folder_.path();
    export_weights(plan_, weights(*state_.network), folder / "model.safetensors");
    try {
      export_averages();
      times_.save += watch.lap();
      if (early_stop_) tell(*early_stop_);
      if (plan_.test) test_ = test();
    } catch (const Cancelled&) {
      return false;  // training's last checkpoint is saved
    }
    if (test_) {
      times_.evaluate += watch.lap();
      tell(*test_);
    }
    tell(Ended{seconds(), times_});
    return true;
  }

  /// The statistics of the first average are those of its last evaluation; the others have had
  /// none.
  void export_averages() {
    const auto names = averaging_names(recipe_);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) with_average(i, [] {});
      export_weights(plan_, state_.averages[i].tensors, folder_.path() / averaged_file(names[i]));
    }
  }

  /// Evaluates the test set, once, with the weights that recipe.evaluation selects, as they were
  /// after their last evaluation.
  Tested test() {
    const auto named = weights(*state_.network);
    std::optional<regularize::SwappedAverages> swapped;
    if (uses_averages()) swapped.emplace(state_.averages.front(), named);
    const auto predictions = answers(plan_.test);
    export_predictions(plan_, predictions, folder_.path());
    return {selected_weights(), score(predictions)};
  }

  [[nodiscard]] Outcome ended() const {
    return {.finished = true,
            .step = state_.step,
            .early_stop = early_stop_,
            .test = test_,
            .seconds = seconds()};
  }
  [[nodiscard]] Outcome stopped() const {
    return {.finished = false, .step = state_.step, .test = {}, .seconds = seconds()};
  }

  /// The steps since the last line of the log.
  struct Window {
    double sum = 0;
    std::int64_t steps = 0;
    std::int64_t images = 0;
    Stopwatch watch;

    void add(double loss, std::int64_t n) {
      sum += loss;
      ++steps;
      images += n;
    }
    [[nodiscard]] double mean_loss() const { return sum / static_cast<double>(steps); }
  };

  const Plan& plan_;
  const RunOptions& options_;
  RunFolder folder_;
  recipe::Recipe recipe_;  ///< its scheduled values change with the step
  recipe::ScheduleDriver driver_;
  State state_;
  data::Loader loader_;
  Saver saver_;
  GuardedStep step_;
  std::vector<Observer*> watchers_;
  std::vector<std::string> notes_;  ///< on the state of the folder, reported once training starts
  std::set<std::string> skipped_;   ///< images already reported
  std::string forked_from_;
  Stopwatch watch_;
  Stopwatch since_save_;
  double seconds_before_ = 0;
  bool evaluated_ = false;  ///< the evaluation that follows the state's step is done
  std::optional<BestMetric> best_metric_;
  std::optional<EarlyStop> early_stop_;
  std::optional<Tested> test_;
  Times times_;
  Window window_;
};

}  // namespace

Outcome run(const Plan& plan, const RunOptions& options) {
  prepare_thread(plan);
  require_sizes(plan);
  require_memory(plan);
  return Run(plan, options)();
}

bool finished(const fs::path& directory) {
  const auto metrics = directory / "metrics.jsonl";
  if (!fs::exists(metrics)) return false;
  const auto events = read_events(metrics);
  return !events.empty() && std::holds_alternative<Ended>(events.back());
}

}  // namespace temper::train
