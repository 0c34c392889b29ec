#include "temper/run/track.h"

#include <fmt/format.h>

#include <cmath>

#include "temper/core/error.h"
#include "temper/evaluate/scores.h"
#include "temper/train/averaged.h"
#include "temper/train/checkpoint.h"
#include "temper/train/data_parallel.h"
#include "temper/train/plateaus.h"
#include "temper/train/stopping.h"

namespace temper::run {

std::string advice(const std::optional<train::NotFiniteTensor>& tensor) {
  return tensor && tensor->is_buffer
             ? fmt::format("{}.", train::kAboutBuffers)
             : "Lower the learning rate, lengthen its warm-up, or see 'temper explain guard'.";
}

Track::Turn::Turn(Track& track) : track_(track) {
  if (track_.part_) train::exchange(track_.state_, track_.aside_);
}

Track::Turn::~Turn() {
  if (!track_.end_ && train::should_stop(track_.state_, track_.recipe_))
    track_.end_ = End{.step = track_.state_.step,
                      .seconds = track_.progress_.seconds(),
                      .times = track_.progress_.times};
  if (track_.part_) train::exchange(track_.state_, track_.aside_);
}

Track::Track(const train::Plan& plan, train::State& state, Progress& progress, Journal& journal,
             std::optional<Part> part)
    : plan_(plan),
      state_(state),
      progress_(progress),
      journal_(journal),
      part_(part),
      recipe_(plan.recipe),
      driver_(recipe_, plan.horizon) {
  const Turn turn(*this);
  if (part_) train::begin_kept(state_, recipe_, plan_.horizon);
}

void Track::prepare_step() {
  train::prepare(state_, driver_);
}

bool Track::wants_norms() const {
  return recipe_.log.norms_every > 0 && (state_.step + 1) % recipe_.log.norms_every == 0;
}

void Track::follow_step(double loss, std::int64_t images, const train::Norms* norms) {
  const Turn turn(*this);
  progress_.evaluated = false;
  if (part_) {
    driver_.apply(state_.step - 1, state_.plateaus);
    train::average(state_, recipe_);
  }
  progress_.running_loss.sum += loss;
  ++progress_.running_loss.steps;
  window_.images += images;
  if (norms != nullptr) journal_.record(*norms);
  if (state_.step % recipe_.log.every_steps == 0 || state_.step == plan_.horizon.total_steps)
    record_step();
}

void Track::follow_skipped_step(const train::SkippedStep& event) {
  const Turn turn(*this);
  progress_.evaluated = false;
  if (part_) train::average(state_, recipe_, regularize::Applied::no);
  journal_.record(event);
}

bool Track::at_epoch_end() const {
  return state_.step % plan_.horizon.steps_per_epoch == 0 ||
         state_.step == plan_.horizon.total_steps;
}

bool Track::needs_evaluation() const {
  const bool stopped = part_ && part_->stopped && state_.step >= part_->until;
  return !end_ && !stopped && at_epoch_end() && state_.step > state_.origin && !progress_.evaluated;
}

bool Track::is_over() const {
  return end_ || state_.step >= (part_ ? part_->until : plan_.horizon.total_steps);
}

void Track::return_to_end() {
  if (!has_left()) return;
  journal_.wait();
  train::load_checkpoint(state_,
                         train::checkpoint_at(journal_.directory() / "checkpoints", end_->step));
  progress_.elsewhere += progress_.seconds() - end_->seconds;
  progress_.times = end_->times;
}

void Track::skip_time(double seconds) {
  progress_.elsewhere += seconds;
  window_.elsewhere += seconds;
}

bool Track::needs_anchor() const {
  return recipe_.guard.nan == recipe::OnNan::rollback &&
         state_.step % recipe_.guard.anchor_every == 0;
}

bool Track::is_save_due() const {
  const auto minutes = recipe_.checkpoint.every_minutes;
  return minutes > 0 && since_save_.seconds() >= 60 * minutes;
}

/// Ranks that all take part in a checkpoint agree on its time with the step.
bool Track::needs_save() const {
  const auto& c = recipe_.checkpoint;
  const bool due = state_.shards ? state_.ranks->agreed().save : is_save_due();
  const auto every = [this](std::int64_t steps) { return steps > 0 && state_.step % steps == 0; };
  return wants_save_ || every(c.every_steps) ||
         every(c.every_epochs * plan_.horizon.steps_per_epoch) || due || needs_anchor();
}

void Track::save() {
  const Turn turn(*this);
  require_finite();
  const train::Stopwatch watch;
  if (!progress_.evaluated) train::refresh_averages(state_, recipe_);
  journal_.save(state_, progress_);
  since_save_ = {};
  wants_save_ = false;
  progress_.times.save += watch.seconds();
}

/// The state is neither evaluated nor saved if a run could not go on from it.
void Track::require_finite() {
  const auto tensor = train::find_not_finite(state_);
  if (!tensor) return;
  journal_.wait();
  throw Error(
      Code::numerical,
      fmt::format("after step {} {} is not finite (learning rate {:g}). {} {}", state_.step,
                  tensor->text, train::learning_rate(recipe_), advice(tensor), kNothingSaved));
}

void Track::record_step() {
  const auto& losses = progress_.running_loss;
  if (losses.steps == 0) return;
  journal_.record(train::Stepped{.step = state_.step,
                                 .epoch = static_cast<double>(state_.step) /
                                          static_cast<double>(plan_.horizon.steps_per_epoch),
                                 .loss = losses.sum / static_cast<double>(losses.steps),
                                 .lr = train::learning_rate(recipe_),
                                 .images_per_second = static_cast<double>(window_.images) /
                                                      (window_.watch.seconds() - window_.elsewhere),
                                 .seconds = progress_.seconds()});
  begin_window();
}

void Track::begin_window() {
  window_ = {};
  progress_.running_loss = {};
}

bool Track::evaluate(const std::function<bool()>& cancel) {
  const Turn turn(*this);
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
    if (!of_averages)
      event.raw = evaluate::raw_scores(state_, plan_, cancel);
    else if (!state_.averages.empty())
      event.averaged = evaluate::averaged_scores(state_, recipe_, plan_, cancel);
  };
  // The scheduled values and the frozen stages are those of the epoch's last step, also when the
  // run is resumed here.
  driver_.apply(state_.step - 1, state_.plateaus);
  state_.network->freeze(driver_.frozen_stages(state_.step - 1));
  if (!averaged) train::refresh_averages(state_, recipe_);  // early stopping may keep them
  try {
    // The selected weights after every epoch, the others at the end of training.
    add(averaged);
    judged = train::judge(state_, recipe_, event);
    last = last || (judged && judged->ends);
    if (last || recipe_.evaluation.weights == recipe::Weights::both) add(!averaged);
  } catch (const evaluate::Cancelled&) {
    return false;
  }
  progress_.times.evaluate += watch.seconds();
  event.seconds = progress_.seconds();
  journal_.record(event);
  begin_window();
  progress_.evaluated = true;
  train::observe(state_, recipe_, plan_.horizon, event);
  if (judged) train::record_evaluation(state_, *judged);
  progress_.best_metric = best_metric_of(averaged ? *event.averaged : *event.raw);
  wants_save_ = last || progress_.best_metric;
  return true;
}

std::optional<train::BestMetric> Track::best_metric_of(const train::Scores& scores) const {
  const auto by = recipe_.checkpoint.best;
  if (by == recipe::Best::none || !scores.validation) return std::nullopt;
  const double value =
      by == recipe::Best::validation_loss ? scores.validation->loss : scores.validation->accuracy;
  if (!std::isfinite(value)) return std::nullopt;
  return train::BestMetric{std::string(name_of(by)), value};
}

}  // namespace temper::run
