#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "temper/core/stop_flag.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"

namespace temper::train {

struct RunOptions {
  std::filesystem::path
      directory;  ///< made if it is not there; a run that was stopped in it goes on
  std::vector<std::string> command = {};     ///< for environment.json
  std::optional<std::int64_t> stop_at = {};  ///< save and stop when so many steps are done
  std::optional<double> time_limit = {};     ///< seconds: save and stop when they are over
  const StopFlag* stop = nullptr;            ///< when set: finish the step, save, return
  std::filesystem::path fork_from = {};      ///< a run whose last checkpoint this one begins with,
                                             ///< unless it has begun already
  std::vector<Observer*> observers = {};
};

struct Outcome {
  bool finished = false;  ///< false: stopped on request, after saving; run again to go on
  std::int64_t step = 0;  ///< steps done
  std::optional<EarlyStop> early_stop = {};  ///< with recipe.early_stopping, once it is finished
  std::optional<Tested> test;
  double seconds = 0;
};

/// Trains from the start or from the last whole checkpoint in the directory, and leaves there what
/// docs/run-directory.md lists. Throws Error: usage when the directory holds a run of another
/// recipe or data (with the list of what differs) or another process trains in it, numerical when
/// a loss or gradient is not finite and recipe.guard ends the run, io and data as they come.
Outcome run(const Plan& plan, const RunOptions& options);

/// The run in the directory came to its end.
bool finished(const std::filesystem::path& directory);

}  // namespace temper::train
