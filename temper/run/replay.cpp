#include "temper/run/replay.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/core/error.h"
#include "temper/evaluate/fit_head.h"
#include "temper/io/format/json_keys.h"
#include "temper/model/saved_buffers.h"
#include "temper/run/company.h"
#include "temper/run/contact_sheet.h"
#include "temper/run/environment.h"
#include "temper/run/loss_log.h"
#include "temper/run/trace_json.h"
#include "temper/train/begin.h"
#include "temper/train/checkpoint.h"
#include "temper/train/clock.h"
#include "temper/train/free_perturbation.h"
#include "temper/train/guarded_step.h"
#include "temper/train/mixed_batch.h"
#include "temper/train/objective.h"
#include "temper/train/open_data.h"
#include "temper/train/perturb.h"
#include "temper/train/plateaus.h"
#include "temper/train/state.h"
#include "temper/train/training_batches.h"
#include "temper/train/unlabelled.h"
#include "temper/train/values.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The last step recorded in the run's files.
std::int64_t steps_done(const fs::path& run, const std::vector<train::Event>& log) {
  std::int64_t done = 0;
  for (const auto& event : log) done = std::max(done, train::step_of(event).value_or(0));
  for (const auto& checkpoint : train::list_checkpoints(run / "checkpoints"))
    if (const auto manifest = train::readable_manifest(checkpoint))
      done = std::max(done, manifest->step);
  return done;
}

void require_step(const train::Plan& plan, const fs::path& run,
                  const std::vector<train::Event>& log, std::int64_t step) {
  const auto done = steps_done(run, log);
  // The log has a line every log.every_steps steps: a killed run may have got up to the next one.
  // A finished run has not.
  const bool ended = !log.empty() && std::holds_alternative<train::Ended>(log.back());
  const auto last =
      ended ? done : std::min(plan.horizon.total_steps, done + plan.recipe.log.every_steps);
  if (step < 1 || step > last)
    throw Error(Code::usage,
                fmt::format("--step {}: the run in {} has reached step {} of {}; choose a step "
                            "from 1 to {}",
                            step, run.string(), done, plan.horizon.total_steps, last));
}

void require_same_run(const train::Plan& plan, const fs::path& run,
                      const std::vector<train::Event>& log) {
  const bool same = logged_fingerprint(log) == plan.fingerprint;
  if (same && !contents_changed(plan, run)) return;
  const auto digest = recorded_text(run, "data");
  const bool recipe_alone = !same && digest == plan.data_digest.names;
  throw Error(
      Code::data, {.file = run.string()},
      fmt::format("{}; the run can't be replayed",
                  digest.empty()
                      ? "its recipe.toml or its data set has changed since it was trained"
                  : recipe_alone ? "its recipe.toml is not what it was trained with"
                                 : fmt::format("the data set \"{}\" is not what it was trained on",
                                               train::data_name(plan.recipe))));
}

/// Whether steps can be repeated from this one on: where they may be rolled back, only from an
/// anchor, so that none goes back further.
bool can_start_at(const recipe::Guard& guard, std::int64_t step, std::int64_t origin) {
  return guard.nan != recipe::OnNan::rollback ||
         train::anchor_below(step, origin, guard.anchor_every) == step;
}

/// The checkpoints before the step that its replay may start from, the last one first; among them
/// damaged ones, whose step is unknown.
std::vector<fs::path> checkpoints_before(const fs::path& run, const recipe::Guard& guard,
                                         std::int64_t step) {
  auto saved = train::list_checkpoints(run / "checkpoints");
  std::erase_if(saved, [&](const fs::path& one) {
    const auto manifest = train::readable_manifest(one);
    return manifest &&
           (manifest->step >= step || !can_start_at(guard, manifest->step, manifest->origin));
  });
  std::ranges::reverse(saved);
  return saved;
}

using Evaluations = std::map<std::int64_t, train::Evaluated>;

/// The evaluations in the log, by step.
Evaluations evaluations(const std::vector<train::Event>& log) {
  Evaluations found;
  for (const auto& event : log)
    if (const auto* evaluated = std::get_if<train::Evaluated>(&event))
      found.insert_or_assign(evaluated->step, *evaluated);
  return found;
}

class Replayer {
 public:
  Replayer(const train::Plan& plan, const fs::path& run, std::int64_t step, Evaluations evaluations,
           const std::vector<train::Observer*>& observers)
      : plan_(plan),
        observers_(observers),
        evaluations_(std::move(evaluations)),
        recipe_(plan.recipe),
        driver_(recipe_, plan.horizon),
        loader_(plan),
        step_([this](train::State& state, std::int64_t /*step*/) {
          train::load_snapshot(state, *anchor_);
        }) {
    result_.step = step;
    restore(run);
    result_.from = state_.step;
    keep_anchor();
  }

  Replay operator()(const std::vector<LoggedLoss>& logged) {
    auto start = started(plan_, state_);
    start.total_steps = result_.step;
    notify(start);
    state_.network->train(true);
    while (state_.step < result_.step - 1) repeat_step();
    replay_step();
    check(logged);
    return std::move(result_);
  }

 private:
  void notify(const train::Event& event) {
    for (auto* observer : observers_) observer->on_event(event);
  }

  void restore(const fs::path& run) {
    for (const auto& checkpoint : checkpoints_before(run, recipe_.guard, result_.step)) {
      state_ = train::begin(plan_);
      try {
        train::load_checkpoint(state_, checkpoint);
        if (!train::read_manifest(checkpoint).evaluated && state_.step > state_.origin)
          replay_evaluation();
        return;
      } catch (const Error& error) {
        if (error.code() != Code::data) throw;
        notify(train::Warned{error.what()});
      }
    }
    if (const auto origin = recorded_text(run, "forked_from"); !origin.empty())
      throw Error(
          Code::usage,
          fmt::format("--step {}: the run was forked from {}, and no intact {} before this "
                      "step is left; choose a later step",
                      result_.step, origin,
                      recipe_.guard.nan == recipe::OnNan::rollback ? "anchor" : "checkpoint"));
    state_ = train::begin(plan_);
    (void)evaluate::fit_head(state_, plan_);
  }

  /// For a rollback: the run itself may have removed its anchor, as superseded by later ones.
  void keep_anchor() {
    const auto& guard = recipe_.guard;
    if (guard.nan == recipe::OnNan::rollback && can_start_at(guard, state_.step, state_.origin))
      anchor_ = train::snapshot(state_, {});
  }

  /// Updates the plateaus with the run's evaluation at this step, if any, from its log.
  void replay_evaluation() {
    if (state_.plateaus.empty() || state_.step % plan_.horizon.steps_per_epoch != 0) return;
    const auto found = evaluations_.find(state_.step);
    if (found == evaluations_.end())
      throw Error(Code::usage,
                  fmt::format("the run's metrics.jsonl has no evaluation after step {}, which the "
                              "plateau schedule of {} needs; choose an earlier step",
                              state_.step, state_.plateaus.begin()->first));
    train::observe(state_, recipe_, plan_.horizon, found->second);
  }

  data::Batch next_batch() {
    const auto steps = plan_.horizon.steps_per_epoch;
    if (!begun_ || state_.step % steps == 0)
      loader_.start(state_.step / steps, state_.step % steps);
    begun_ = true;
    train::prepare(state_, driver_);
    return loader_.next()->to(plan_.device);
  }

  void repeat_step() {
    const auto batch = next_batch();
    const auto done = step_(state_, recipe_, batch, times_);
    replay_evaluation();
    keep_anchor();
    losses_.push_back(done.not_finite ? std::numeric_limits<double>::quiet_NaN()
                                      : done.loss.item<double>());
    notify(train::Stepped{
        .step = state_.step,
        .epoch =
            static_cast<double>(state_.step) / static_cast<double>(plan_.horizon.steps_per_epoch),
        .loss = losses_.back(),
        .lr = train::learning_rate(recipe_),
        .images_per_second = static_cast<double>(batch.ids.size(0)) / std::max(watch_.lap(), 1e-9),
        .seconds = since_.seconds()});
  }

  void replay_step() {
    const auto batch = next_batch();
    const auto steps = plan_.horizon.steps_per_epoch;
    result_.epoch = state_.step / steps + 1;
    result_.batch = state_.step % steps + 1;
    result_.lr = train::learning_rate(recipe_);
    trace_batch(batch);
    result_.norms.step = result_.step;
    result_.loss = train::step(state_, recipe_, batch, times_, &result_.norms).loss.item<double>();
    losses_.push_back(result_.loss);
  }

  void trace_batch(const data::Batch& batch) {
    const auto replays = recipe::replays_of(plan_.recipe);
    if (plan_.training.adapt) plan_.training.adapt(state_.step / replays * replays, pipelines_);
    const train::Objective objective(recipe_, state_);
    const auto mixing = train::mixing_plan(recipe_, state_.step, batch);
    const auto mixed = mixing ? train::mixed(copy_of(batch), *mixing) : batch;
    const auto given = train::with_targets(state_, recipe_, mixed);
    const auto seen = attacked(objective, given);
    result_.images = objective.pixels(seen.views.front()).to(at::kCPU, at::kFloat);
    const at::NoGradGuard no_grad;
    const model::SavedBuffers buffers(*state_.network);
    const auto* const features = mixing ? train::mixed_features(*mixing) : nullptr;
    const auto losses = row_losses(objective, given, seen, features);
    buffers.restore();
    for (std::size_t row = 0; row < losses.size(); ++row) {
      auto& sample =
          result_.samples.emplace_back(traced(batch, static_cast<std::int64_t>(row), losses[row]));
      if (mixing) sample.mixed_with = partners(*mixing, mixing->rows[row], batch);
    }
    // Images without a loss come last.
    std::ranges::stable_sort(result_.samples, [](const auto& a, const auto& b) {
      return a.loss > b.loss || (a.loss == a.loss && b.loss != b.loss);
    });
  }

  /// With the images that the step's attack makes of the batch's, where it trains on them.
  data::Batch attacked(const train::Objective& objective, const data::Batch& given) {
    auto batch = given;
    if (!recipe_.adversarial) return batch;
    const auto perturbation = train::perturbation_of(state_, recipe_, batch);
    batch.views = {perturbation.defined()
                       ? train::perturbed_images(objective, batch, perturbation).detach()
                       : train::attacked_images(objective, recipe_, state_, batch, 0)};
    return batch;
  }

  /// Each row's part of the step's loss.
  /// @param given  the batch before its images are attacked, which TRADES learns from, too
  std::vector<double> row_losses(const train::Objective& objective, const data::Batch& given,
                                 const data::Batch& seen, const mix::Plan* features) {
    const bool both =
        recipe_.adversarial && std::holds_alternative<adversarial::Trades>(*recipe_.adversarial);
    const auto& learned = both ? given : seen;
    const auto logits = objective.forward(learned, {.features = features});
    auto losses = objective.row_losses(learned, logits);
    if (!both) return losses;
    const auto attacked = objective.forward(seen, {.index = train::attacked_pass(0)});
    for (std::size_t i = 0; i < losses.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      losses[i] += objective
                       .attack_loss(given.rows(row, 1), logits.first.narrow(0, row, 1),
                                    attacked.first.narrow(0, row, 1))
                       .item<double>();
    }
    return losses;
  }

  /// With images of its own, which mixing may change.
  static data::Batch copy_of(const data::Batch& batch) {
    auto copy = batch;
    for (auto& view : copy.views) view = view.clone();
    return copy;
  }

  /// Of a row of the batch, or of a partner, which are counted after the rows.
  static std::int64_t id_of(const data::Batch& batch, std::int64_t row) {
    const auto rows = batch.ids.size(0);
    return (row < rows ? batch.ids[row] : batch.partners->ids[row - rows]).item<std::int64_t>();
  }

  static std::vector<ReplayedPartner> partners(const mix::Plan& mixing, const mix::Row& row,
                                               const data::Batch& batch) {
    std::vector<ReplayedPartner> all;
    for (std::size_t m = 0; m < row.partners.size(); ++m)
      all.push_back({.row = row.partners[m],
                     .id = id_of(batch, row.partners[m]),
                     .weight = mixing.blends[row.blend].weights[m + 1]});
    return all;
  }

  ReplayedSample traced(const data::Batch& batch, std::int64_t row, double loss) {
    ReplayedSample sample{.row = row, .id = batch.ids[row].item<std::int64_t>()};
    sample.where = plan_.train->where(sample.id);
    sample.label = batch.labels[row].item<std::int64_t>();
    sample.loss = loss;
    plan_.train->read(sample.id, image_);
    sample.augment = pipelines_.front().trace(
        image_,
        {.seed = plan_.training.seed,
         .epoch = static_cast<std::uint64_t>(pass_of_images()),
         .sample = static_cast<std::uint64_t>(sample.id),
         .repeat = static_cast<std::uint64_t>(batch.repeats[row].item<std::int64_t>())},
        frame_);
    return sample;
  }

  /// The pass over the training images that the step's batch is of, 0-based.
  [[nodiscard]] std::int64_t pass_of_images() const {
    return (result_.step - 1) / recipe::replays_of(plan_.recipe) / plan_.horizon.steps_per_epoch;
  }

  /// The mean over steps after + 1 to step, summed in the same order as in the run.
  [[nodiscard]] double mean_loss(const LoggedLoss& line) const {
    double sum = 0;
    std::int64_t applied = 0;
    for (auto s = line.after; s < line.step; ++s) {
      const double loss = losses_[static_cast<std::size_t>(s - result_.from)];
      if (!std::isfinite(loss)) continue;  // a skipped step
      sum += loss;
      ++applied;
    }
    return sum / static_cast<double>(applied);
  }

  void check(const std::vector<LoggedLoss>& logged) {
    auto& check = result_.check;
    for (const auto& line : logged) {
      if (line.after < result_.from || line.step > result_.step || line.step <= line.after)
        continue;
      ++check.lines;
      const auto mean = mean_loss(line);
      if (mean == line.loss || check.first_difference) continue;
      check.first_difference = line.step;
      check.logged = line.loss;
      check.replayed = mean;
    }
  }

  const train::Plan& plan_;
  const std::vector<train::Observer*>& observers_;
  Evaluations evaluations_;
  recipe::Recipe recipe_;  ///< its scheduled values change with the step
  recipe::ScheduleDriver driver_;
  train::TrainingBatches loader_;
  train::GuardedStep step_;
  train::State state_;
  std::optional<train::Snapshot> anchor_;  ///< the last one, where steps may be rolled back
  bool begun_ = false;
  std::vector<augment::Pipeline> pipelines_ = data::pipelines_of(plan_.training);
  augment::Frame frame_;
  io::Picture image_;
  std::vector<double> losses_;  ///< of the steps from result_.from on
  train::Times times_;
  train::Stopwatch watch_;
  train::Stopwatch since_;
  Replay result_;
};

nlohmann::ordered_json line(const ReplayedSample& sample, const train::Plan& plan) {
  nlohmann::ordered_json object = {{"row", sample.row},
                                   {"id", sample.id},
                                   {"where", sample.where},
                                   {"label", sample.label},
                                   {"class", nullptr},
                                   {"loss", sample.loss},
                                   {"augment", to_json(sample.augment)}};
  if (sample.label >= 0)
    object["class"] = plan.train->classes()[static_cast<std::size_t>(sample.label)];
  for (const auto& partner : sample.mixed_with)
    object["mixed_with"].push_back(
        {{"row", partner.row}, {"id", partner.id}, {"weight", partner.weight}});
  const auto values = train::in_units(*plan.train, sample.id, plan.scale);
  for (std::size_t k = 0; k < values.size(); ++k)
    object["values"][plan.train->value_names()[k]] = values[k];
  return object;
}

json line(const LogCheck& check) {
  json object = {{"lines", check.lines}, {"same", !check.first_difference.has_value()}};
  if (check.first_difference)
    object.update({{"first_difference", *check.first_difference},
                   {"logged", check.logged},
                   {"replayed", check.replayed}});
  return object;
}

}  // namespace

Replay replay(const train::Plan& plan, const fs::path& run, std::int64_t step,
              const std::vector<train::Observer*>& observers) {
  const auto log = read_log(run);
  require_same_run(plan, run, log);
  require_step(plan, run, log, step);
  train::prepare_thread(plan);
  return Replayer(plan, run, step, evaluations(log), observers)(logged_losses(log));
}

nlohmann::ordered_json to_json(const Replay& replay, const train::Plan& plan) {
  auto samples = nlohmann::ordered_json::array();
  for (const auto& sample : replay.samples) samples.push_back(line(sample, plan));
  const auto& images = replay.images;
  const auto grid = sheet_grid(std::ssize(replay.samples), {images.size(2), images.size(3)});
  for (std::int64_t i = 0; i < std::min(grid.cells(), std::ssize(samples)); ++i)
    samples[static_cast<std::size_t>(i)]["cell"] = to_json(grid.cell(i));
  json norms;
  io::write_json(norms, replay.norms.layers);
  return {{"step", replay.step},      {"epoch", replay.epoch},     {"batch", replay.batch},
          {"from", replay.from},      {"redone", replay.redone()}, {"loss", replay.loss},
          {"lr", replay.lr},          {"log", line(replay.check)}, {"samples", std::move(samples)},
          {"norms", std::move(norms)}};
}

}  // namespace temper::run
