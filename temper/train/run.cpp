#include "temper/train/run.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/atomic_file.h"
#include "temper/io/json_lines.h"
#include "temper/io/system_error.h"
#include "temper/train/checkpoint.h"
#include "temper/train/clock.h"
#include "temper/train/environment.h"
#include "temper/train/evaluate.h"
#include "temper/train/export.h"
#include "temper/train/preflight.h"
#include "temper/train/recorder.h"
#include "temper/train/step.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;

/// One run, from its folder to its last file. The parts of it that are not numbers live here; the
/// numbers are in step().
class Run {
 public:
  Run(const Plan& plan, const RunOptions& options)
      : plan_(plan),
        options_(options),
        folder_(options.directory),
        recipe_(plan.recipe),
        driver_(recipe_, plan.horizon),
        state_(start(recipe_, build_network(plan))),
        loader_(plan.train, plan.training) {}

  Outcome operator()() {
    open_folder();
    if (finished(folder_))
      return {.finished = true, .step = state_.step, .test = {}, .seconds = seconds()};
    record_origin();
    Recorder recorder(folder_, state_.step);
    watchers_ = options_.observers;
    watchers_.insert(watchers_.begin(), &recorder);
    announce();
    while (state_.step < plan_.horizon.total_steps)
      if (!epoch())
        return {.finished = false, .step = state_.step, .test = {}, .seconds = seconds()};
    return finish();
  }

 private:
  [[nodiscard]] double seconds() const { return seconds_before_ + watch_.seconds(); }

  void tell(const Event& event) {
    for (auto* watcher : watchers_) watcher->see(event);
  }

  void open_folder() {
    std::error_code failure;
    fs::create_directories(folder_, failure);
    if (failure) throw io::system_error("make the run directory", folder_, failure.value());
    const auto saved = list_checkpoints(folder_ / "checkpoints");
    if (!saved.empty()) {
      const auto manifest = read_manifest(saved.back());
      if (manifest.fingerprint != plan_.fingerprint) refuse_other_recipe();
      load_checkpoint(state_, saved.back());
      seconds_before_ = manifest.seconds;
    }
    io::remove_temporaries(folder_);
  }

  void record_origin() const {
    io::write_atomically(folder_ / "recipe.toml", recipe::to_toml(plan_.recipe));
    io::write_atomically(folder_ / "environment.json",
                         environment(plan_.recipe, options_.command).dump(2) + "\n");
  }

  [[noreturn]] void refuse_other_recipe() const {
    std::string list;
    for (const auto& d : recipe::differences(recipe::load(folder_ / "recipe.toml"), plan_.recipe))
      if (d.changes_results)
        list += fmt::format("\n  {}: {} there, {} now", d.path, d.left, d.right);
    throw Error(
        Code::usage,
        fmt::format("{} holds a run of another {}; name another directory with --out, or --fresh{}",
                    folder_.string(), list.empty() ? "data set" : "recipe", list));
  }

  void announce() {
    Started event{.name = recipe_.name,
                  .fingerprint = plan_.fingerprint,
                  .step = state_.step,
                  .steps_per_epoch = plan_.horizon.steps_per_epoch,
                  .total_steps = plan_.horizon.total_steps,
                  .epochs = recipe_.epochs,
                  .parameters = model::parameter_count(*state_.network),
                  .multiply_adds = model::multiply_adds(*state_.network, plan_.task),
                  .train_images = plan_.train->size(),
                  .validation_images = plan_.validation ? plan_.validation->size() : 0,
                  .test_images = plan_.test ? plan_.test->size() : 0,
                  .classes = plan_.train->classes(),
                  .channels = plan_.task.channels,
                  .height = plan_.task.height,
                  .width = plan_.task.width,
                  .batch = recipe_.data.batch};
    tell(event);
  }

  /// The rest of the epoch that the state stands in. False: stopped on request, after saving.
  bool epoch() {
    const auto epoch = state_.step / plan_.horizon.steps_per_epoch;
    loader_.start(epoch, state_.step % plan_.horizon.steps_per_epoch);
    state_.network->train(true);
    Stopwatch wait;
    while (const auto* batch = loader_.next()) {
      times_.data += wait.seconds();
      train_on(*batch);
      const bool last = state_.step % plan_.horizon.steps_per_epoch == 0;
      if (stop_asked() && !last) {
        save();
        return false;
      }
      if (recipe_.checkpoint.every_steps > 0 && state_.step % recipe_.checkpoint.every_steps == 0)
        save();
      wait = {};
    }
    evaluate(epoch + 1);
    if (!stop_asked() || state_.step == plan_.horizon.total_steps) return true;
    save();
    return false;
  }

  [[nodiscard]] bool stop_asked() const {
    return (options_.stop != nullptr && options_.stop->is_set()) ||
           (options_.stop_at && state_.step >= *options_.stop_at);
  }

  void train_on(const data::Batch& batch) {
    if (state_.step == 0) {
      const auto warning = inspect_first_batch(plan_, *state_.network, batch);
      if (!warning.empty()) tell(Warned{warning});
    }
    driver_.apply(state_.step);
    const bool with_norms =
        recipe_.log.norms_every > 0 && (state_.step + 1) % recipe_.log.norms_every == 0;
    Norms norms;
    const double loss =
        step(state_, recipe_, to(batch, plan_.device), times_, with_norms ? &norms : nullptr)
            .item<double>();
    if (!std::isfinite(loss)) refuse_to_go_on(loss);
    window_.add(loss, batch.ids.size(0));
    if (with_norms) {
      norms.step = state_.step;
      tell(norms);
    }
    if (state_.step % recipe_.log.every_steps == 0 || state_.step == plan_.horizon.total_steps)
      tell_step();
  }

  /// Every step's loss is looked at before anything is saved, so no checkpoint holds such weights.
  [[noreturn]] void refuse_to_go_on(double loss) const {
    throw Error(Code::numerical,
                fmt::format("the training loss is {} at step {} (learning rate {:g}); lower the "
                            "learning rate or lengthen "
                            "its warm-up. Nothing was saved after the last checkpoint in {}",
                            loss, state_.step, learning_rate(), folder_.string()));
  }

  void tell_step() {
    tell(Stepped{.step = state_.step,
                 .epoch = static_cast<double>(state_.step) /
                          static_cast<double>(plan_.horizon.steps_per_epoch),
                 .loss = window_.mean_loss(),
                 .lr = learning_rate(),
                 .images_per_second = static_cast<double>(window_.images) / window_.watch.seconds(),
                 .seconds = seconds()});
    window_ = {};
  }

  [[nodiscard]] double learning_rate() const {
    return std::visit([](const auto& optimizer) { return optimizer.lr; }, recipe_.optimizer);
  }

  Scores scores() {
    Scores result;
    result.train = score(predict(*state_.network, plan_, plan_.probe));
    if (plan_.validation)
      result.validation = score(predict(*state_.network, plan_, plan_.validation));
    return result;
  }

  Scores averaged_scores() {
    const auto named = weights(*state_.network);
    const regularize::Swapped swapped(*state_.averages, named);
    return scores();
  }

  void evaluate(std::int64_t epoch) {
    const Stopwatch watch;
    Evaluated event{.epoch = epoch, .step = state_.step, .seconds = 0, .raw = {}, .averaged = {}};
    // The weights that will count after every epoch, the others at the end.
    if (state_.averages) event.averaged = averaged_scores();
    if (!state_.averages || state_.step == plan_.horizon.total_steps) event.raw = scores();
    times_.evaluate += watch.seconds();
    event.seconds = seconds();
    tell(event);
    window_ = {};
  }

  void save() {
    const Stopwatch watch;
    save_checkpoint(state_, {state_.step, plan_.fingerprint, seconds()}, folder_ / "checkpoints",
                    recipe_.checkpoint.keep);
    times_.save += watch.seconds();
  }

  Outcome finish() {
    save();
    Stopwatch watch;
    export_weights(plan_, weights(*state_.network), folder_ / "model.safetensors");
    if (state_.averages)
      export_weights(plan_, state_.averages->tensors, folder_ / "model-ema.safetensors");
    times_.save += watch.lap();

    Outcome outcome{.finished = true, .step = state_.step, .test = {}, .seconds = 0};
    if (plan_.test) {
      outcome.test = test();
      times_.evaluate += watch.lap();
      tell(*outcome.test);
    }
    outcome.seconds = seconds();
    tell(Ended{outcome.seconds, times_});
    return outcome;
  }

  /// The test set, once, with the weights that the recipe says count.
  Tested test() {
    const auto named = weights(*state_.network);
    std::optional<regularize::Swapped> swapped;
    if (state_.averages) swapped.emplace(*state_.averages, named);
    const auto predictions = predict(*state_.network, plan_, plan_.test);
    export_predictions(plan_, predictions, folder_);
    return {state_.averages ? "ema" : "raw", score(predictions)};
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
  fs::path folder_;
  recipe::Recipe recipe_;  ///< its scheduled numbers move
  recipe::ScheduleDriver driver_;
  State state_;
  data::Loader loader_;
  std::vector<Observer*> watchers_;
  Stopwatch watch_;
  double seconds_before_ = 0;
  Times times_;
  Window window_;
};

}  // namespace

Outcome run(const Plan& plan, const RunOptions& options) {
  prepare_thread(plan);
  return Run(plan, options)();
}

bool finished(const fs::path& directory) {
  const auto metrics = directory / "metrics.jsonl";
  if (!fs::exists(metrics)) return false;
  const auto lines = io::read_json_lines(metrics);
  return !lines.empty() && lines.back().value("event", "") == "end";
}

}  // namespace temper::train
