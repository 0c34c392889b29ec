#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temper/io/image.h"

/// What lies in a run directory (docs/run-directory.md). Everything may be missing: a run may have
/// been killed, may still be going on, may have had no test set.
namespace temper::report {

/// A number that the log holds as null, since it was not finite, or not at all.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

struct Start {
  std::string name;
  std::string time;  ///< "2026-01-31T12:00:00Z"
  std::string fingerprint;
  std::int64_t steps_per_epoch = 0;
  std::int64_t total_steps = 0;
  std::int64_t epochs = 0;
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;  ///< forward pass of one image
  std::int64_t train_images = 0;
  std::int64_t validation_images = 0;
  std::int64_t test_images = 0;
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t batch = 0;
  std::vector<std::string> classes;
};

/// The running training loss, with smoothing and augmentation in it.
struct Step {
  std::int64_t step = 0;
  double epoch = kMissing;
  double loss = kMissing;
  double lr = kMissing;
  double images_per_second = kMissing;
  double seconds = kMissing;
};

struct LayerNorms {
  std::string name;
  double weight = kMissing;
  double gradient = kMissing;
  double update = kMissing;
};
struct Norms {
  std::int64_t step = 0;
  std::vector<LayerNorms> layers;
};

struct Score {
  double loss = kMissing;
  double accuracy = kMissing;  ///< [0, 1]
  std::int64_t count = 0;
};
/// One set of weights on a fixed part of the training set and on the validation set.
struct Scores {
  Score train;
  std::optional<Score> validation;
};
struct Epoch {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  double seconds = kMissing;
  std::optional<Scores> raw;
  std::optional<Scores> ema;
};

struct Test {
  std::string weights;  ///< "raw" or "ema"
  Score score;
};

struct End {
  double seconds = kMissing;
  std::vector<std::pair<std::string, double>> time;  ///< activity, seconds
};

/// Of the test set, with the weights named in Test.
struct Predictions {
  at::Tensor logits;  ///< float [n, c]
  at::Tensor labels;  ///< int64 [n]
  at::Tensor ids;     ///< int64 [n]: index of the image in its source
};

/// The most confidently wrong first.
struct MistakeImages {
  std::vector<io::Image> images;
  std::vector<std::int64_t> rows;  ///< of Predictions
};

struct Run {
  std::filesystem::path directory;
  std::optional<Start> start;
  std::vector<Step> steps;    ///< by step
  std::vector<Norms> norms;   ///< by step
  std::vector<Epoch> epochs;  ///< by epoch
  std::optional<Test> test;
  std::optional<End> end;
  std::vector<std::string> warnings;  ///< that the run itself gave
  nlohmann::json environment;         ///< an object; null without the file
  std::string recipe;                 ///< text of recipe.toml; empty without the file
  std::optional<Predictions> predictions;
  std::optional<MistakeImages> mistakes;
  std::vector<std::string> problems;  ///< files that are there but could not be used, and why

  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::string class_name(std::int64_t index) const;
  [[nodiscard]] std::int64_t steps_done() const;
  /// Since the run began; kMissing when nothing was recorded.
  [[nodiscard]] double seconds() const;
};

/// Throws Error{Code::io} when the directory can't be read or holds neither metrics.jsonl nor
/// recipe.toml, and Error{Code::data} when metrics.jsonl is damaged before its last line.
Run read_run(const std::filesystem::path& directory);

}  // namespace temper::report
