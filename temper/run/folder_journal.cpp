#include "temper/run/folder_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/distributed/group.h"
#include "temper/run/environment.h"
#include "temper/run/export.h"
#include "temper/train/checkpoint.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;

train::Keep keep_of(const recipe::Recipe& recipe, std::int64_t at_least) {
  return {std::max(recipe.checkpoint.keep, at_least), recipe.checkpoint.best,
          recipe.guard.nan == recipe::OnNan::rollback ? recipe.guard.anchor_every : 0};
}

/// That of a run's processes: with several of them sums are in another order.
train::Platform platform_of(const train::Plan& plan) {
  auto found = platform(plan.recipe);
  if (plan.group) found.device += fmt::format(" in {} processes", plan.group->size());
  return found;
}

void restore_progress(Progress& progress, const train::Manifest& manifest) {
  progress.seconds_before = manifest.seconds;
  progress.evaluated = manifest.evaluated;
  progress.best_metric = manifest.best_metric;
  progress.running_loss = manifest.running_loss;
}

}  // namespace

FolderJournal::FolderJournal(const train::Plan& plan, const fs::path& directory,
                             std::int64_t keep_at_least)
    : plan_(plan),
      folder_(directory),
      saver_(folder_.checkpoints(), keep_of(plan.recipe, keep_at_least)) {
  folder_.require_same_run(plan);
}

void FolderJournal::restore(train::State& state, Progress& progress, const fs::path& fork_from) {
  const auto checkpoint = folder_.newest_checkpoint(notes_);
  if (!checkpoint && !fork_from.empty()) {
    fork(state, fork_from);
    return;
  }
  if (!checkpoint) {
    if (!notes_.empty())
      notes_.emplace_back("no older checkpoint is left; training starts from the beginning");
    return;
  }
  const auto manifest = train::read_manifest(*checkpoint);
  train::load_checkpoint(state, *checkpoint);
  restore_progress(progress, manifest);
  resumed_ = true;
  if (!notes_.empty())
    notes_.push_back(fmt::format("resuming from {} instead", checkpoint->string()));
  note_platform(manifest.platform);
  if (plan_.data_digest.contents.empty() && !recorded_text(directory(), kDataContents).empty())
    notes_.emplace_back(
        "the bytes of the images are not compared with those that the run began with, as not all "
        "have been read; with data.hash_contents = true they are, also where the data set does not "
        "fit into data.memory");
}

bool FolderJournal::join(train::State& state, Progress& progress, std::int64_t until) {
  const auto saved = train::list_checkpoints(folder_.checkpoints());
  if (!saved.empty() && train::read_manifest(saved.back()).step > until) return false;
  const auto checkpoint = train::checkpoint_at(folder_.checkpoints(), state.step);
  if (state.step > 0) {
    if (std::ranges::find(saved, checkpoint) == saved.end()) return false;
    if (!train::load_kept(state, checkpoint)) return false;
    restore_progress(progress, train::read_manifest(checkpoint));
  }
  train::remove_later(folder_.checkpoints(), state.step);
  return true;
}

void FolderJournal::fork(train::State& state, const fs::path& from) {
  if (!fs::is_directory(from))
    throw Error(Code::usage, {.file = from.string()}, "no run to fork from");
  const RunFolder source(from);
  const auto checkpoint = source.newest_checkpoint(notes_);
  if (!checkpoint)
    throw Error(Code::usage, fmt::format("{} has no checkpoint to fork from", from.string()));
  const auto anew = train::load_compatible(state, plan_.recipe, *checkpoint);
  notes_.insert(notes_.end(), anew.begin(), anew.end());
  note_platform(train::read_manifest(*checkpoint).platform);
  state.origin = state.step;
  forked_from_ = fmt::format("{} at step {}", from.string(), state.step);
  if (state.step >= plan_.horizon.total_steps)
    throw Error(
        Code::usage,
        fmt::format("{} is at step {} and this recipe ends at step {}; increase epochs or steps",
                    from.string(), state.step, plan_.horizon.total_steps));
}

void FolderJournal::note_platform(const train::Platform& there) {
  if (const auto list = train::differences(there, platform_of(plan_)); !list.empty())
    notes_.push_back("resuming on another platform, so the last bits of the weights may differ: " +
                     list);
}

void FolderJournal::begin(const train::State& state, const Progress& progress,
                          const std::vector<std::string>& command,
                          const std::vector<train::Observer*>& observers) {
  folder_.record(plan_, command, forked_from_);
  recorder_.emplace(directory(), state.step, progress.evaluated);
  note_recorded(directory() / "metrics.jsonl");
  observers_ = observers;
  observers_.insert(observers_.begin(), &*recorder_);
}

void FolderJournal::note_recorded(const fs::path& log) {
  if (!fs::exists(log)) return;
  for (const auto& event : train::read_events(log)) {
    if (const auto* image = std::get_if<train::SkippedImage>(&event)) skipped_.insert(image->where);
    probed_ = probed_ || std::holds_alternative<train::LinearProbed>(event);
  }
}

void FolderJournal::record(const train::Event& event) {
  if (const auto* image = std::get_if<train::SkippedImage>(&event))
    if (!skipped_.insert(image->where).second) return;
  const bool recorded = probed_ && std::holds_alternative<train::LinearProbed>(event);
  for (auto* observer : observers_)
    if (!recorded || observer != &*recorder_) observer->on_event(event);
}

void FolderJournal::save(const train::State& state, const Progress& progress) {
  if (recorder_) recorder_->sync();  // what is in the log is not repeated after the checkpoint
  std::vector<std::string> written;
  if (state.shards) {
    saver_.wait();  // one checkpoint at a time
    written.push_back(train::write_optimizer(state, folder_.checkpoints()));
  }
  auto copy =
      train::snapshot(state,
                      {.fingerprint = plan_.fingerprint,
                       .seconds = progress.seconds(),
                       .evaluated = progress.evaluated,
                       .best_metric = progress.evaluated ? progress.best_metric : std::nullopt,
                       .running_loss = progress.running_loss,
                       .platform = platform_of(plan_)},
                      weights_metadata(plan_));
  copy.written = std::move(written);
  saver_.save(std::move(copy));
}

}  // namespace temper::run
