#pragma once
#include <filesystem>
#include <optional>

#include "temper/train/clock.h"
#include "temper/train/events.h"
#include "temper/train/manifest.h"
#include "temper/train/state.h"

namespace temper::run {

/// How far a run has come, besides its state.
struct Progress {
  double seconds_before = 0;    ///< of training, by earlier processes
  train::Stopwatch watch = {};  ///< since this process began
  double elsewhere = 0;         ///< seconds of that which were spent on other runs
  bool evaluated = false;       ///< the evaluation that follows the state's step is done
  std::optional<train::BestMetric> best_metric = {};  ///< of that evaluation
  train::RunningLoss running_loss = {};
  train::Times times = {};  ///< of this process

  [[nodiscard]] double seconds() const { return seconds_before + watch.seconds() - elsewhere; }
};

/// Where a training loop reports its events and saves its state.
class Journal {
 public:
  virtual ~Journal() = default;

  virtual void record(const train::Event& event) = 0;
  /// Saves a checkpoint, from a copy: it may be written while training continues. Throws the error
  /// of the one before. With State::shards all ranks call it, in the same step.
  virtual void save(const train::State& state, const Progress& progress) = 0;
  /// Throws the error of a checkpoint that could not be written. Does not wait.
  virtual void check() = 0;
  /// Waits until every checkpoint is written. Throws the error of one that could not be.
  virtual void wait() = 0;
  /// The run's directory: a rollback reads its checkpoints, and messages name its log.
  [[nodiscard]] virtual const std::filesystem::path& directory() const = 0;
};

}  // namespace temper::run
