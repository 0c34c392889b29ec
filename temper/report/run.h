#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/io/image/image.h"
#include "temper/measure/values.h"
#include "temper/report/replayed.h"
#include "temper/train/events.h"

/// The contents of a run directory (docs/run-directory.md). Any of them may be missing: a run may
/// have been killed, may still be training, may have no test set.
namespace temper::report {

/// A missing number: null in the log, because it was not finite, or absent from it.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Predictions for the test set, by the weights named in train::Tested.
struct Predictions {
  at::Tensor logits;  ///< float [n, c]; undefined for regression
  at::Tensor labels;  ///< int64 [n]; undefined for regression
  at::Tensor ids;     ///< int64 [n]: index of the image in its source
  std::optional<measure::ValuePredictions> values = {};  ///< for regression
};

/// The most confident mistakes, or for regression the largest errors, in descending order.
struct MistakeImages {
  std::vector<io::Image> images;
  std::vector<std::int64_t> rows;  ///< of Predictions
};

struct Run {
  std::filesystem::path directory;
  std::optional<train::Started> start;
  std::vector<train::Stepped> steps;                ///< by step
  std::vector<train::Norms> norms;                  ///< by step
  std::vector<train::Evaluated> epochs;             ///< by epoch
  std::optional<train::LinearProbed> linear_probe;  ///< that the last layer started from
  std::optional<train::EarlyStop> early_stop;       ///< where the run uses it
  std::optional<train::Tested> test;
  std::optional<train::Ended> end;
  std::vector<std::string> warnings;  ///< from the log
  std::string failure;         ///< the step that ended the run (guard.nan = "stop"); "" without one
  nlohmann::json environment;  ///< an object; null without the file
  std::string recipe;          ///< text of recipe.toml; empty without the file
  std::optional<Predictions> predictions;
  std::optional<MistakeImages> mistakes;
  std::vector<ReplayedStep> replays;  ///< by step, the last ones
  std::vector<std::string> problems;  ///< files that could not be used, and why

  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::string class_name(std::int64_t index) const;
  [[nodiscard]] std::string target_name(std::size_t index) const;
  [[nodiscard]] std::int64_t steps_done() const;
  /// The evaluation of the final weights, or of the latest ones so far; null before the first.
  [[nodiscard]] const train::Evaluated* last_evaluation() const;
  /// For a finished run: the file with the weights of its test score, or the raw weights where
  /// there was no test. Empty where the log does not say which they are.
  [[nodiscard]] std::filesystem::path weights_file() const;
  /// Since the run began; kMissing when nothing was recorded.
  [[nodiscard]] double seconds() const;
};

/// Throws Error{Code::io} when the directory can't be read or holds neither metrics.jsonl nor
/// recipe.toml, and Error{Code::data} when metrics.jsonl is damaged before its last line.
Run read_run(const std::filesystem::path& directory);

/// The same without what is large or of the page alone: the log and the text of the recipe.
Run read_run_log(const std::filesystem::path& directory);

}  // namespace temper::report
