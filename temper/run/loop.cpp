#include "temper/run/loop.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/cost/preflight.h"
#include "temper/data/sources/unreadable_image.h"
#include "temper/distributed/group.h"
#include "temper/io/format/json_text.h"
#include "temper/train/checkpoint.h"
#include "temper/train/data_parallel.h"
#include "temper/train/guard.h"

namespace temper::run {

Loop::Loop(const train::Plan& plan, train::State& state, Progress& progress, Journal& journal,
           const Limits& limits, std::vector<Track*> companions)
    : plan_(plan),
      state_(state),
      progress_(progress),
      journal_(journal),
      limits_(limits),
      own_(plan, state, progress, journal),
      companions_(std::move(companions)),
      follows_scores_(!state.plateaus.empty()),
      loader_(plan),
      step_([&journal](train::State& loaded, std::int64_t anchor) {
        journal.wait();  // until it is written
        train::load_checkpoint(loaded,
                               train::checkpoint_at(journal.directory() / "checkpoints", anchor));
      }) {
  if (state_.ranks) state_.ranks->group().note_step(state_.step);
}

bool Loop::train() {
  if (state_.ranks) state_.ranks->agree_on_stop(wants_stop());
  if (needs_evaluation() && !settle()) return false;
  while (!is_over())
    if (!epoch()) return false;
  own_.return_to_end();
  return true;
}

/// The rest of the current epoch, with evaluations. False: stopped on request, after saving.
bool Loop::epoch() {
  const auto per_epoch = plan_.horizon.steps_per_epoch;
  loader_.start(state_.step / per_epoch, state_.step % per_epoch);
  state_.network->train(true);
  while (!is_over()) {
    const auto* batch = next_batch();
    if (batch == nullptr) break;
    if (stop_asked()) return save_and_stop();
    if (!state_.ranks)
      for (const auto& event : skipped_images(*batch, state_.step + 1)) record(event);
    train_on(*batch);
    own_.check();
    for_companions([](Track& track) { track.check(); });
    const bool evaluated = needs_evaluation();
    if (!settle()) return false;
    if (evaluated && !is_over()) state_.network->train(true);
  }
  return true;
}

/// The next batch, or null at the end of the epoch. When an image can't be read, the state is saved
/// before the error is thrown, unless that would need the other ranks; it is left to the companions
/// where only they need the batch.
const data::Batch* Loop::next_batch() {
  const train::Stopwatch wait;
  try {
    const auto* batch = loader_.next();
    progress_.times.data += wait.seconds();
    return batch;
  } catch (const Error& error) {
    const bool recoverable = error.code() == Code::data || error.code() == Code::io;
    if (recoverable && own_.is_over()) {
      companions_.clear();
      return nullptr;
    }
    const bool writes = !plan_.group || (plan_.group->leads() && !state_.shards);
    if (!recoverable || !writes || !saved_in_time()) throw;
    throw Error(
        error.code(), error.where(),
        fmt::format("{}\nThe run is saved at step {}: fix this and repeat the same command{}.",
                    error.message(), state_.step,
                    plan_.training.skip_bad
                        ? ""
                        : fmt::format(", or add {} to skip such images", data::kSkipBadImages)));
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

/// The run and all companions have ended. A plateau schedule of the training follows the scores of
/// the run itself, and so ends with it.
bool Loop::is_over() const {
  return own_.is_over() && (companions_.empty() || follows_scores_);
}

bool Loop::stop_asked() const {
  return state_.ranks ? state_.ranks->agreed().stop : wants_stop();
}

bool Loop::wants_stop() const {
  return (limits_.stop != nullptr && limits_.stop->is_set()) ||
         (limits_.time_limit && progress_.watch.seconds() >= *limits_.time_limit) ||
         (stops_after(state_.step) && !is_over());
}

bool Loop::stops_after(std::int64_t step) const {
  return limits_.stop_at && step >= *limits_.stop_at;
}

/// Does some work for each companion. One for which it fails leaves.
template <class Work>
void Loop::for_companions(const Work& work) {
  std::vector<Track*> stay;
  for (auto* track : companions_) {
    const train::Stopwatch watch;
    bool failed = false;
    try {
      work(*track);
    } catch (const Error&) {
      failed = true;
    }
    const auto seconds = watch.seconds();
    own_.skip_time(seconds);
    for (auto* other : companions_)
      if (other != track) other->skip_time(seconds);
    if (!failed) stay.push_back(track);
  }
  companions_ = std::move(stay);
}

/// An event before the next step.
void Loop::record(const train::Event& event) {
  if (!own_.is_over()) own_.record(event);
  for (auto* track : companions_) track->record(event);
}

/// The images of a batch that were replaced by others. @param step  that the batch is for
std::vector<train::Event> Loop::skipped_images(const data::Batch& batch, std::int64_t step) const {
  std::vector<train::Event> events;
  const auto add = [&](const data::Batch& part, const data::Source& source) {
    for (const auto& image : part.skipped)
      events.emplace_back(train::SkippedImage{
          .step = step, .where = source.where(image.id), .reason = image.reason});
  };
  add(batch, *plan_.train);
  if (batch.unlabelled) add(*batch.unlabelled, *plan_.unlabelled);
  if (batch.partners) add(*batch.partners, *plan_.train);
  return events;
}

/// Those of all ranks, which know from the step whether there are any.
void Loop::report_skipped_of_ranks(const std::vector<train::Event>& own) {
  if (state_.ranks->agreed().skipped == 0) return;
  std::string text;
  for (const auto& event : own) text += io::json_text(train::to_json(event)) + '\n';
  for (const auto& of_rank : state_.ranks->group().gather(text)) {
    std::istringstream lines(of_rank);
    for (std::string line; std::getline(lines, line);)
      if (const auto event = train::from_json(nlohmann::json::parse(line))) own_.record(*event);
  }
}

void Loop::train_on(const data::Batch& loaded) {
  const auto batch = loaded.to(plan_.device);
  own_.prepare_step();
  const augment::Size size{batch.views.front().size(2), batch.views.front().size(3)};
  if (trained_size_ && trained_size_ != size) train::release_memory();
  trained_size_ = size;
  if (state_.step == 0) {
    const auto warning = cost::inspect_first_batch(plan_, *state_.network, batch);
    if (!warning.empty()) record(train::Warned{warning});
  }
  const bool own_norms = !own_.is_over() && own_.wants_norms();
  std::vector<const Track*> with_norms;
  std::ranges::copy_if(companions_, std::back_inserter(with_norms), &Track::wants_norms);
  std::vector<train::Event> skipped;
  if (state_.ranks) {
    skipped = skipped_images(batch, state_.step + 1);
    state_.ranks->say({.stop = wants_stop() || stops_after(state_.step + 1),
                       .skipped = std::ssize(skipped),
                       .save = own_.is_save_due()});
  }
  train::Norms norms;
  const auto result = step_(state_, own_.recipe(), batch, progress_.times,
                            own_norms || !with_norms.empty() ? &norms : nullptr);
  carried_ += std::ssize(companions_);
  if (state_.ranks) {
    state_.ranks->group().note_step(state_.step);
    report_skipped_of_ranks(skipped);
  }
  if (result.not_finite) {
    report_skipped_step(*result.not_finite, batch);
    return;
  }
  norms.step = state_.step;
  const auto loss = result.loss.item<double>();
  const auto images = batch.size();
  if (!own_.has_left()) own_.follow_step(loss, images, own_norms ? &norms : nullptr);
  for_companions([&](Track& track) {
    const bool wanted = std::ranges::find(with_norms, &track) != with_norms.end();
    track.follow_step(loss, images, wanted ? &norms : nullptr);
  });
}

/// Reports a step that was not applied, and ends the run where recipe.guard says so.
void Loop::report_skipped_step(const train::NotFinite& found, const data::Batch& batch) {
  const auto& guard = own_.recipe().guard;
  train::SkippedStep event{.step = state_.step,
                           .loss = found.loss,
                           .parameter = found.parameter,
                           .tensor = found.tensor ? found.tensor->text : "",
                           .action = std::string(name_of(guard.nan)),
                           .ids = {}};
  auto ids = batch.ids.to(at::kCPU);
  if (state_.ranks) ids = state_.ranks->group().gather_rows(ids, batch.size());
  const auto* first = ids.const_data_ptr<std::int64_t>();
  event.ids.assign(first, first + ids.numel());
  if (!own_.has_left()) own_.follow_skipped_step(event);
  for_companions([&](Track& track) { track.follow_skipped_step(event); });
  if (guard.nan != recipe::OnNan::stop && state_.left_out_in_row <= guard.limit) return;
  if (!own_.has_left()) throw_not_finite(event, found);
  companions_.clear();  // they meet it again, in processes of their own
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
          event.step, event.loss, train::not_finite_text(event),
          train::learning_rate(own_.recipe()), fmt::join(images, ", "),
          (journal_.directory() / "metrics.jsonl").string(), advice(found.tensor),
          own_.recipe().guard.nan == recipe::OnNan::stop
              ? std::string(kNothingSaved)
              : fmt::format("{} steps in a row were not finite.", state_.left_out_in_row)));
}

bool Loop::needs_evaluation() const {
  return own_.needs_evaluation() || std::ranges::any_of(companions_, &Track::needs_evaluation);
}

/// Of the runs at the end of an epoch of theirs. False: canceled.
bool Loop::evaluate() {
  bool completed = true;
  const auto cancel = [this] { return wants_stop(); };
  for_companions([&](Track& track) {
    if (completed && track.needs_evaluation()) completed = track.evaluate(cancel);
  });
  if (!completed || !own_.needs_evaluation()) return completed;
  const train::Stopwatch watch;
  completed = own_.evaluate(cancel);
  for (auto* track : companions_) track->skip_time(watch.seconds());
  return completed;
}

/// What is due after a step or at the start: evaluations, and a checkpoint. Companions that are
/// over leave. False: stopped on request, after saving.
bool Loop::settle() {
  if (!evaluate()) return save_and_stop();
  const bool someone_leaves = std::ranges::any_of(companions_, &Track::is_over);
  if (someone_leaves || (!own_.has_left() && own_.needs_save()) ||
      std::ranges::any_of(companions_, &Track::needs_save))
    save();
  std::erase_if(companions_, [](const Track* track) { return track->is_over(); });
  return true;
}

void Loop::save() {
  // The run's own checkpoint is the last one: where it is complete, so are the companions', and
  // these keep it until the next one is.
  if (!companions_.empty()) own_.wait();
  for_companions([](Track& track) { track.save(); });
  for_companions([](Track& track) { track.wait(); });
  if (!own_.has_left()) own_.save();
}

bool Loop::save_and_stop() {
  save();
  own_.wait();
  return false;
}

}  // namespace temper::run
