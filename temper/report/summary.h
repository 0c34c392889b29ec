#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <tuple>

#include "temper/core/keys.h"
#include "temper/measure/values.h"
#include "temper/report/analysis.h"
#include "temper/report/run.h"

namespace temper::report {

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
  /// The main result: of the test; before the test, of the last epoch's validation; without
  /// validation, of the evaluated subset of the training set. Empty before the first evaluation.
  /// Its gap is that of the last evaluation, or of the best one where its weights were restored.
  std::optional<evaluate::Assessment> evaluation = {};
  std::optional<train::EarlyStop> early_stop = {};

  static constexpr auto keys() {
    return std::tuple{key("name", &Summary::name),
                      key("fingerprint", &Summary::fingerprint),
                      key("averaging", &Summary::averaging),
                      key("finished", &Summary::finished),
                      key("epochs_done", &Summary::epochs_done),
                      key("epochs", &Summary::epochs),
                      key("steps_done", &Summary::steps_done),
                      key("total_steps", &Summary::total_steps),
                      key("parameters", &Summary::parameters),
                      key("multiply_adds", &Summary::multiply_adds),
                      key("seconds", &Summary::seconds),
                      key("evaluation", &Summary::evaluation),
                      key("early_stop", &Summary::early_stop)};
  }
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

/// "test", "validation" or, for "train", "training".
std::string split_text(const std::string& split);

/// "averaged weights (EMA)" or "raw weights". @param averaging  as in train::Started
std::string weights_text(const std::string& weights, const std::string& averaging);

}  // namespace temper::report
