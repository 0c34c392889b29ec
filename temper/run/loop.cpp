#include "temper/run/loop.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/cost/preflight.h"
#include "temper/evaluate/scores.h"
#include "temper/train/guard.h"
#include "temper/train/plateaus.h"
#include "temper/train/stopping.h"

namespace temper::run {
namespace {

constexpr std::string_view kNothingSaved = "Nothing was saved after the last checkpoint.";

/// What to do about a step or state that is not finite.
/// @param tensor  where the loss and its gradients are finite: what is not
std::string advice(const std::optional<train::NotFiniteTensor>& tensor) {
  return tensor && tensor->is_buffer
             ? fmt::format("{}.", train::kAboutBuffers)
             : "Lower the learning rate, lengthen its warm-up, or see 'temper explain guard'.";
}

}  // namespace

Loop::Loop(const train::Plan& plan, train::State& state, Progress& progress, Journal& journal,
           const Limits& limits)
    : plan_(plan),
      state_(state),
      progress_(progress),
      journal_(journal),
      limits_(limits),
      recipe_(plan.recipe),
      driver_(recipe_, plan.horizon),
      loader_(plan.train, plan.training),
      step_(journal.directory() / "checkpoints", [&journal] { journal.wait(); }) {}

bool Loop::train() {
  if (at_epoch_end() && state_.step > state_.origin && !progress_.evaluated && !evaluate())
    return false;
  while (!is_over())
    if (!epoch()) return false;
  return true;
}

/// The rest of the current epoch, and its evaluation. False: stopped on request, after saving.
bool Loop::epoch() {
  const auto per_epoch = plan_.horizon.steps_per_epoch;
  loader_.start(state_.step / per_epoch, state_.step % per_epoch);
  state_.network->train(true);
  while (state_.step < plan_.horizon.total_steps) {
    const auto* batch = next_batch();
    if (batch == nullptr) break;
    if (stop_asked()) return save_and_stop();
    for (const auto& image : batch->skipped)
      journal_.record(train::SkippedImage{
          .step = state_.step + 1, .where = plan_.train->where(image.id), .reason = image.reason});
    train_on(*batch);
    journal_.check();
    if (!at_epoch_end() && is_due()) save();
  }
  return evaluate();
}

/// The next batch, or null at the end of the epoch. When an image can't be read, the state is saved
/// before the error is thrown.
const data::Batch* Loop::next_batch() {
  const train::Stopwatch wait;
  try {
    const auto* batch = loader_.next();
    progress_.times.data += wait.seconds();
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
bool Loop::saved_in_time() {
  try {
    return !save_and_stop();
  } catch (const Error&) {
    return false;
  }
}

/// All steps are done, or early stopping has ended training.
bool Loop::is_over() const {
  return state_.step >= plan_.horizon.total_steps || train::should_stop(state_, recipe_);
}

/// The end of the run counts as one, too: its last epoch may be incomplete.
bool Loop::at_epoch_end() const {
  return state_.step % plan_.horizon.steps_per_epoch == 0 ||
         state_.step == plan_.horizon.total_steps;
}

bool Loop::stop_asked() const {
  return (limits_.stop != nullptr && limits_.stop->is_set()) ||
         (limits_.time_limit && progress_.watch.seconds() >= *limits_.time_limit) ||
         (limits_.stop_at && state_.step >= *limits_.stop_at && !is_over());
}

void Loop::save() {
  require_finite();
  const train::Stopwatch watch;
  journal_.save(state_, progress_);
  since_save_ = {};
  progress_.times.save += watch.seconds();
}

bool Loop::save_and_stop() {
  save();
  journal_.wait();
  return false;
}

bool Loop::is_due() const {
  const auto& c = recipe_.checkpoint;
  const auto every = [this](std::int64_t steps) { return steps > 0 && state_.step % steps == 0; };
  return every(c.every_steps) || every(c.every_epochs * plan_.horizon.steps_per_epoch) ||
         (c.every_minutes > 0 && since_save_.seconds() >= 60 * c.every_minutes) || needs_anchor();
}

bool Loop::needs_anchor() const {
  return recipe_.guard.nan == recipe::OnNan::rollback &&
         state_.step % recipe_.guard.anchor_every == 0;
}

void Loop::train_on(const data::Batch& loaded) {
  const auto batch = loaded.to(plan_.device);
  train::prepare(state_, driver_);
  const augment::Size size{batch.views.front().size(2), batch.views.front().size(3)};
  if (trained_size_ && trained_size_ != size) train::release_memory();
  trained_size_ = size;
  if (state_.step == 0) {
    const auto warning = cost::inspect_first_batch(plan_, *state_.network, batch);
    if (!warning.empty()) journal_.record(train::Warned{warning});
  }
  const bool with_norms =
      recipe_.log.norms_every > 0 && (state_.step + 1) % recipe_.log.norms_every == 0;
  train::Norms norms;
  const auto result = step_(state_, recipe_, batch, progress_.times, with_norms ? &norms : nullptr);
  progress_.evaluated = false;
  if (result.not_finite) {
    report_skipped_step(*result.not_finite, batch);
    return;
  }
  window_.sum += result.loss.item<double>();
  ++window_.steps;
  window_.images += batch.ids.size(0);
  if (with_norms) {
    norms.step = state_.step;
    journal_.record(norms);
  }
  if (state_.step % recipe_.log.every_steps == 0 || state_.step == plan_.horizon.total_steps)
    record_step();
}

/// Reports a step that was not applied, and ends the run where recipe.guard says so.
void Loop::report_skipped_step(const train::NotFinite& found, const data::Batch& batch) {
  train::SkippedStep event{.step = state_.step,
                           .loss = found.loss,
                           .parameter = found.parameter,
                           .tensor = found.tensor ? found.tensor->text : "",
                           .action = std::string(name_of(recipe_.guard.nan)),
                           .ids = {}};
  const auto ids = batch.ids.to(at::kCPU);
  const auto* first = ids.const_data_ptr<std::int64_t>();
  event.ids.assign(first, first + ids.numel());
  journal_.record(event);
  if (recipe_.guard.nan == recipe::OnNan::stop || state_.left_out_in_row > recipe_.guard.limit)
    throw_not_finite(event, found);
}

void Loop::throw_not_finite(const train::SkippedStep& event, const train::NotFinite& found) {
  journal_.wait();
  std::vector<std::string> images;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, event.ids.size()); ++i)
    images.push_back(plan_.train->where(event.ids[i]));
  throw Error(
      Code::numerical,
      fmt::format(
          "at step {} the training loss is {}{} (learning rate {:g}). The batch starts with {}; "
          "all of its images are listed in {}. {} {}",
          event.step, event.loss, train::not_finite_text(event), train::learning_rate(recipe_),
          fmt::join(images, ", "), (journal_.directory() / "metrics.jsonl").string(),
          advice(found.tensor),
          recipe_.guard.nan == recipe::OnNan::stop
              ? std::string(kNothingSaved)
              : fmt::format("{} steps in a row were not finite.", state_.left_out_in_row)));
}

/// The state is neither evaluated nor saved if a run could not go on from it.
void Loop::require_finite() {
  const auto tensor = train::find_not_finite(state_);
  if (!tensor) return;
  journal_.wait();
  throw Error(
      Code::numerical,
      fmt::format("after step {} {} is not finite (learning rate {:g}). {} {}", state_.step,
                  tensor->text, train::learning_rate(recipe_), advice(tensor), kNothingSaved));
}

void Loop::record_step() {
  if (window_.steps == 0) return;
  journal_.record(train::Stepped{
      .step = state_.step,
      .epoch =
          static_cast<double>(state_.step) / static_cast<double>(plan_.horizon.steps_per_epoch),
      .loss = window_.sum / static_cast<double>(window_.steps),
      .lr = train::learning_rate(recipe_),
      .images_per_second = static_cast<double>(window_.images) / window_.watch.seconds(),
      .seconds = progress_.seconds()});
  window_ = {};
}

/// At the end of an epoch. False: stopped on request, after saving.
bool Loop::evaluate() {
  require_finite();
  const train::Stopwatch watch;
  std::optional<train::StopDecision> judged;
  bool last = state_.step == plan_.horizon.total_steps;
  train::Evaluated event{.epoch = plan_.horizon.epochs(state_.step),
                         .step = state_.step,
                         .seconds = 0,
                         .raw = {},
                         .averaged = {}};
  const bool averaged = evaluate::uses_averages(state_, recipe_);
  const auto add = [&](bool of_averages) {
    const auto cancel = [this] { return stop_asked(); };
    if (!of_averages)
      event.raw = evaluate::raw_scores(state_, plan_, cancel);
    else if (!state_.averages.empty())
      event.averaged = evaluate::averaged_scores(state_, recipe_, plan_, cancel);
  };
  // The same stages are frozen as in the epoch's last step, also when the run is resumed here.
  state_.network->freeze(driver_.frozen_stages(state_.step - 1));
  try {
    // The selected weights after every epoch, the others at the end of training.
    add(averaged);
    judged = train::judge(state_, recipe_, event);
    last = last || (judged && judged->ends);
    if (last || recipe_.evaluation.weights == recipe::Weights::both) add(!averaged);
  } catch (const evaluate::Cancelled&) {
    return save_and_stop();
  }
  progress_.times.evaluate += watch.seconds();
  event.seconds = progress_.seconds();
  journal_.record(event);
  window_ = {};
  progress_.evaluated = true;
  train::observe(state_, recipe_, plan_.horizon, event);
  if (judged) train::record_evaluation(state_, *judged);
  progress_.best_metric = best_metric_of(averaged ? *event.averaged : *event.raw);
  if (last || progress_.best_metric || is_due()) save();
  return true;
}

std::optional<train::BestMetric> Loop::best_metric_of(const train::Scores& scores) const {
  const auto by = recipe_.checkpoint.best;
  if (by == recipe::Best::none || !scores.validation) return std::nullopt;
  const double value =
      by == recipe::Best::validation_loss ? scores.validation->loss : scores.validation->accuracy;
  if (!std::isfinite(value)) return std::nullopt;
  return train::BestMetric{std::string(name_of(by)), value};
}

}  // namespace temper::run
