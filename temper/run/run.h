#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "temper/core/stop_flag.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"

namespace temper::run {

struct RunOptions {
  std::filesystem::path directory;  ///< created if missing; a run that was stopped in it is resumed
  std::vector<std::string> command = {};     ///< for environment.json
  std::optional<std::int64_t> stop_at = {};  ///< save and stop after this many steps
  std::optional<double> time_limit = {};     ///< save and stop after this many seconds
  const StopFlag* stop = nullptr;            ///< when set: finish the step, save, return
  std::filesystem::path fork_from = {};      ///< a run whose last checkpoint this run starts from,
                                             ///< unless this run has already started
  std::vector<train::Observer*> observers = {};
};

struct Outcome {
  bool finished = false;  ///< false: stopped on request, after saving; call again to resume
  std::int64_t step = 0;  ///< steps done
  std::optional<train::EarlyStop> early_stop = {};  ///< with recipe.early_stopping, once finished
  std::optional<train::Tested> test;
  double seconds = 0;
};

/// Trains from the start, or resumes from the last complete checkpoint in the directory, and writes
/// the files that docs/run-directory.md lists. Throws Error: usage when the directory holds a run
/// with another recipe or data set (with the list of differences) or another process trains in it,
/// numerical when a loss or gradient is not finite and recipe.guard ends the run, and the io and
/// data errors of what it calls.
Outcome run(const train::Plan& plan, const RunOptions& options);

/// Whether the run in the directory is finished.
bool finished(const std::filesystem::path& directory);

}  // namespace temper::run
