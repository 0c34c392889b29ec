#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"

/// Replaying a step of a run.
namespace temper::run {

/// An image that was mixed into one of the batch.
struct ReplayedPartner {
  std::int64_t row = 0;  ///< in the batch; a similar image that is not in it is counted after its
                         ///< rows
  std::int64_t id = 0;   ///< in the training set
  double weight = 0;     ///< of its target in the mixed target
};

/// An image of the step's batch.
struct ReplayedSample {
  std::int64_t row = 0;    ///< in the batch
  std::int64_t id = 0;     ///< in the training set
  std::string where;       ///< the file, or the set and the index
  std::int64_t label = 0;  ///< -1: none
  double loss = 0;         ///< the training loss of this row alone, with the mixed image and target
                           ///< where the recipe mixes; NaN without a label
  std::vector<ReplayedPartner> mixed_with = {};
  std::vector<augment::Trace> augment;  ///< random draws and effects of each operation
};

/// The comparison of the replayed losses with the lines of the run's log that they cover.
struct LogCheck {
  std::int64_t lines = 0;
  std::optional<std::int64_t> first_difference = {};  ///< step of the line
  double logged = 0;                                  ///< at that step
  double replayed = 0;
};

struct Replay {
  std::int64_t step = 0;   ///< the run's, from 1
  std::int64_t epoch = 0;  ///< of the step, from 1
  std::int64_t batch = 0;  ///< of that epoch, from 1
  std::int64_t from = 0;   ///< step of the checkpoint it started from; 0: the initial weights
  double loss = 0;
  double lr = 0;
  train::Norms norms;
  std::vector<ReplayedSample> samples;  ///< the highest loss first
  at::Tensor images;  ///< float [n, channels, height, width] in [0, 1], in the batch's order, as
                      ///< the network saw them: mixed where the recipe mixes, and attacked where it
                      ///< trains on attacked images
  LogCheck check;

  /// Number of steps that were repeated before this one.
  [[nodiscard]] std::int64_t redone() const { return step - 1 - from; }
};

/// Repeats the step that took the run from step - 1 to step, starting from the last undamaged
/// checkpoint before it (with guard.nan = "rollback" the last anchor), or from the initial weights.
/// Reads the run's files and writes none. The same machine, LibTorch version and number of threads
/// give the same bits.
///
/// Throws Error: usage when the directory holds no run or the run has not reached that step, data
/// when the plan is not that of the run (with the reason).
/// @param plan      of the run's recipe.toml and its current data
/// @param observers  receive a start event, an event for every repeated step, and warnings
Replay replay(const train::Plan& plan, const std::filesystem::path& run, std::int64_t step,
              const std::vector<train::Observer*>& observers = {});

nlohmann::ordered_json to_json(const Replay& replay, const train::Plan& plan);

/// Writes samples.json, the result of to_json(), and batch.png, the images by descending loss, to
/// run/replay/step-<8 digits>/. Throws Error{Code::io}.
/// @return the folder
std::filesystem::path write_replay(const Replay& replay, const train::Plan& plan,
                                   const std::filesystem::path& run);

}  // namespace temper::run
