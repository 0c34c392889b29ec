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

/// Another run that is to have its first steps in common with this one, so that both need them only
/// once: the steps up to which recipe::Trajectory finds them equal are trained for both. Its
/// directory is left as if the run had been stopped there, which run() then resumes; this also
/// holds where it has all of its steps.
struct Companion {
  const train::Plan* plan = nullptr;  ///< of the same data; must outlive the call
  std::filesystem::path directory;
  std::optional<std::int64_t> stop_at = {};  ///< that of its own RunOptions
};

struct RunOptions {
  std::filesystem::path directory;  ///< created if missing; a run that was stopped in it is resumed
  std::vector<std::string> command = {};     ///< for environment.json
  std::optional<std::int64_t> stop_at = {};  ///< save and stop after this many steps
  std::optional<double> time_limit = {};     ///< save and stop after this many seconds
  const StopFlag* stop = nullptr;            ///< when set: finish the step, save, return
  std::filesystem::path fork_from = {};      ///< a run whose last checkpoint this run starts from,
                                             ///< unless this run has already started
  std::vector<train::Observer*> observers = {};
  /// Not with Plan::group. A companion whose directory is in use, or that is not at this run's step
  /// (a new run, or one with a checkpoint of that step), is left alone.
  std::vector<Companion> companions = {};
};

struct Outcome {
  bool finished = false;  ///< false: stopped on request, after saving; call again to resume
  std::int64_t step = 0;  ///< steps done
  std::optional<train::EarlyStop> early_stop = {};  ///< with recipe.early_stopping, once finished
  std::optional<train::Tested> test;
  double seconds = 0;
  std::int64_t carried = 0;  ///< steps that this process trained for companions: the sum over them
};

/// With Plan::group all ranks call it: rank 0 keeps the directory, the others only need what it
/// sends them. They have the same outcome, and stop in the same step when any of them is asked to.
///
/// Trains from the start, or resumes from the last complete checkpoint in the directory, and writes
/// the files that docs/run-directory.md lists. Throws Error: usage when the directory holds a run
/// with another recipe or data set (with the list of differences) or another process trains in it,
/// numerical when a loss or gradient is not finite and recipe.guard ends the run, and the io and
/// data errors of what it calls.
Outcome run(const train::Plan& plan, const RunOptions& options);

/// Whether the run in the directory is finished.
bool finished(const std::filesystem::path& directory);

}  // namespace temper::run
