#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/measure/interval.h"
#include "temper/measure/values.h"
#include "temper/report/analysis.h"
#include "temper/report/run.h"

namespace temper::report {

/// The main result of a run, accuracy or regression errors: of the test; before the test, of the
/// last epoch's validation; without validation, of the evaluated subset of the training set.
struct Headline {
  std::string split;    ///< "test", "validation" or "training"
  std::string weights;  ///< "raw" or "averaged"
  train::Score score;
  measure::Interval interval;  ///< of the accuracy, 95%; unused for regression
};

/// Generalization gap after an epoch. Both scores are computed in the same way: hard labels,
/// cross-entropy, no penalty terms, evaluation transforms and mode, the same weights.
struct Gap {
  std::int64_t epoch;
  std::string weights;  ///< "raw" or "averaged"
  train::Score train;
  train::Score validation;

  [[nodiscard]] bool of_values() const { return validation.errors.has_value(); }
  [[nodiscard]] double loss() const { return validation.loss - train.loss; }
  /// NaN for regression.
  [[nodiscard]] double accuracy() const { return train.accuracy - validation.accuracy; }
};

/// The main numbers of a run.
struct Summary {
  std::string name;
  std::string fingerprint;
  std::string averaging;  ///< as in train::Started
  bool finished = false;
  std::int64_t epochs_done = 0;
  std::int64_t epochs = 0;
  std::int64_t steps_done = 0;
  std::int64_t total_steps = 0;
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;  ///< forward pass of one image
  double seconds = kMissing;
  std::optional<Headline> headline;
  std::optional<Gap> gap;
  std::optional<train::EarlyStop> early_stop;
  std::optional<double> top5_accuracy;                    ///< test; with at least ten classes
  std::optional<double> ece;                              ///< test, 15 bins of equal width
  std::optional<double> brier;                            ///< test
  std::optional<measure::CalibrationErrors> calibration;  ///< test
  std::optional<measure::Interval> bootstrap;   ///< of the test accuracy, over images, 95%
  std::optional<train::Scaled> scaled;          ///< test, with the saved temperature
  std::vector<std::string> value_names;         ///< targets of a regression run
  std::optional<measure::ValueMetrics> values;  ///< test
};

/// Throws as read_run() does.
Summary summary(const std::filesystem::path& run_directory);
Summary summary(const Run& run, const std::optional<Analysis>& analysis,
                const std::optional<measure::ValueMetrics>& values = {});

/// The weights that an epoch is judged by: "raw" or "averaged".
std::string reported_weights(const Run& run, const train::Evaluated& epoch);

nlohmann::json to_json(const Summary& summary);
/// "R2 0.9876, RMSE 1.234, MAE 0.9876", for a terminal.
std::string errors_text(const measure::Errors& errors);
/// A few lines for a terminal, without a line break at the end.
std::string to_text(const Summary& summary);

/// "averaged weights (EMA)" or "raw weights". @param averaging  as in train::Started
std::string weights_text(const std::string& weights, const std::string& averaging);

}  // namespace temper::report
