#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "temper/run/journal.h"
#include "temper/run/recorder.h"
#include "temper/run/run_folder.h"
#include "temper/run/saver.h"
#include "temper/train/plan.h"

namespace temper::run {

/// The journal of a run in its directory, with the files that docs/run-directory.md lists: first
/// restore() or join(), then begin().
class FolderJournal : public Journal {
 public:
  /// Locks the directory and creates it if missing. Throws Error{Code::usage} when it holds a run
  /// with another recipe or data set, or another process trains in it.
  /// @param keep_at_least  checkpoints, also where the recipe keeps fewer
  FolderJournal(const train::Plan& plan, const std::filesystem::path& directory,
                std::int64_t keep_at_least = 1);

  /// Restores the state at which an earlier process stopped. A run that has not started yet starts
  /// from the last checkpoint of the run in `fork_from`, if given.
  void restore(train::State& state, Progress& progress, const std::filesystem::path& fork_from);
  /// In place of restore(), for a run whose training is in the state already, as far as it has
  /// come: restores what the run keeps of it (train::Kept), unless the state is at step 0. Later
  /// checkpoints are removed, since their steps are repeated.
  /// @param until  number of steps in common
  /// @return false: the run has no such checkpoint, or has gone on alone after the common steps
  bool join(train::State& state, Progress& progress, std::int64_t until);
  /// Whether restore() has found nothing to go on from: the run starts from initial weights.
  [[nodiscard]] bool is_new() const { return !resumed_ && !is_fork(); }
  /// Whether restore() has forked another run.
  [[nodiscard]] bool is_fork() const { return !forked_from_.empty(); }
  /// What restore() found, for the user: damaged checkpoints, parts that were reset, another
  /// platform.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  /// Writes the recipe and the environment, and removes from the log what an earlier process
  /// recorded after the state's step. From here on events are recorded, and passed on to the
  /// observers.
  void begin(const train::State& state, const Progress& progress,
             const std::vector<std::string>& command,
             const std::vector<train::Observer*>& observers);

  /// An image that was skipped is reported once per run. A linear probe is repeated by a process
  /// that begins anew, with the same result, and is in the log once.
  void record(const train::Event& event) override;
  void save(const train::State& state, const Progress& progress) override;
  void check() override { saver_.check(); }
  void wait() override { saver_.wait(); }
  [[nodiscard]] const std::filesystem::path& directory() const override { return folder_.path(); }

 private:
  void fork(train::State& state, const std::filesystem::path& from);
  void note_platform(const train::Platform& there);
  void note_recorded(const std::filesystem::path& log);

  const train::Plan& plan_;
  RunFolder folder_;
  Saver saver_;
  bool resumed_ = false;     ///< from a checkpoint of the run
  std::string forked_from_;  ///< run and step that a fork starts from
  std::vector<std::string> notes_;
  std::optional<Recorder> recorder_;         ///< set by begin()
  std::vector<train::Observer*> observers_;  ///< the recorder first
  std::set<std::string> skipped_;            ///< images that are in the log already
  bool probed_ = false;                      ///< the linear probe is in the log already
};

}  // namespace temper::run
