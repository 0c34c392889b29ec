#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "temper/core/stop_flag.h"
#include "temper/study/engine/progress.h"
#include "temper/study/engine/result.h"
#include "temper/study/engine/store.h"
#include "temper/study/engine/trial.h"

namespace temper::study {

/// The part of the trials that one of several processes begins with: number `index` of `count`.
struct Share {
  std::int64_t index = 1;  ///< from 1
  std::int64_t count = 1;
};

struct EngineOptions {
  /// Of the trials' runs and locks. Studies that name one folder share them, and so do processes of
  /// machines that see it.
  std::filesystem::path folder;
  std::int64_t jobs = 1;  ///< trials at a time; where threads = "auto" they divide the processors
  std::optional<Share> share = {};  ///< needs a file system with locks, see run_trials()
  const StopFlag* stop = nullptr;   ///< when set: the trials save and stop
  std::function<void(const Progress&)> on_progress = {};  ///< at every change, and once a second
  std::filesystem::path program = {};                     ///< temper; "": the program that runs
  Fingerprints* fingerprints = nullptr;  ///< that knows the data already; null: it is opened
  /// Asked for a further trial whenever one more could run and none is waiting; nothing: none for
  /// now. It is asked again after every result, which the store has by then. The call ends when all
  /// trials have ended and there is no further one. Such trials have no teachers.
  std::function<std::optional<Trial>()> next = {};
  /// Trials that score the test set are refused: they are tuned by the validation set alone.
  bool withhold_test = false;
};

/// The result of every trial, in their order, those of EngineOptions::next apart, which the store
/// has. A trial that the store has an answer for is not run;
/// trials with equal fingerprints are run once. The others run in child processes (`temper
/// __trial`), each under a lock of its own, so that every other process that works in the folder
/// leaves it alone and takes up its result. The teachers of trials are among the trials, or were
/// kept by an earlier call; one whose network is gone is trained again. Killed at any moment, the
/// same call goes on, each trial from its last checkpoint. A trial that diverges has a result, and
/// so has one whose teacher diverged. A child that is killed is started again, up to three times.
///
/// With a share, a process begins with its part of the trials, and goes on with those that nobody
/// has begun. Locks are those of flock(2). On NFS they need version 4, or version 3 with its lock
/// daemon, and a mount without `nolock` and `local_lock`; the clocks of the machines do not matter.
///
/// Throws Error: stopped when the stop flag was set, after all children have saved; the error of a
/// trial that fails, after the others have saved; io when the disk has too little space, before
/// anything runs; usage for a share on a file system without locks, and for a teacher that is
/// missing.
std::vector<Result> run_trials(std::span<const Trial> trials, Store& store,
                               const EngineOptions& options);

}  // namespace temper::study
