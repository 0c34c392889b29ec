#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/keys.h"
#include "temper/regularize/early_stopping.h"
#include "temper/schedule/plateau.h"
#include "temper/train/platform.h"

namespace temper::train {

/// The metric of an evaluation that `checkpoint.best` compares.
struct BestMetric {
  std::string by;  ///< "validation_loss"
  double value = 0;

  static constexpr auto keys() {
    return std::tuple{key("by", &BestMetric::by), key("value", &BestMetric::value)};
  }
};

/// Of an average of the weights.
struct AverageRecord {
  std::string kind;          ///< see regularize::Averages
  std::int64_t updates = 0;  ///< see regularize::Averages

  static constexpr auto keys() {
    return std::tuple{key("kind", &AverageRecord::kind), key("updates", &AverageRecord::updates)};
  }
};

/// The training loss since the last line of the log or evaluation.
struct RunningLoss {
  double sum = 0;          ///< of the losses of the steps
  std::int64_t steps = 0;  ///< that were applied

  static constexpr auto keys() {
    return std::tuple{key("sum", &RunningLoss::sum), key("steps", &RunningLoss::steps)};
  }
};

/// Everything in a checkpoint except its tensors.
struct Manifest {
  std::int64_t step = 0;
  std::string fingerprint;  ///< of the recipe and the data
  double seconds = 0;       ///< of training so far
  bool evaluated = false;   ///< whether the evaluation after this step is done
  std::optional<BestMetric> best_metric;
  RunningLoss running_loss;
  Platform platform;
  std::int64_t origin = 0;           ///< see State
  std::int64_t left_out = 0;         ///< see State
  std::int64_t left_out_in_row = 0;  ///< see State
  std::int64_t optimizer_steps = 0;
  std::vector<AverageRecord> averages;
  std::map<std::string, schedule::PlateauState> plateaus;  ///< by path of the scheduled option
  std::optional<regularize::EarlyStoppingState> stop;      ///< see State
  std::map<std::string, std::string> files;                ///< checksum by file name

  static constexpr auto keys() {
    return std::tuple{key("step", &Manifest::step),
                      key("fingerprint", &Manifest::fingerprint),
                      key("seconds", &Manifest::seconds),
                      key("evaluated", &Manifest::evaluated),
                      nullable("best_metric", &Manifest::best_metric),
                      key("running_loss", &Manifest::running_loss),
                      key("platform", &Manifest::platform),
                      key("origin", &Manifest::origin),
                      key("left_out", &Manifest::left_out),
                      key("left_out_in_row", &Manifest::left_out_in_row),
                      key("optimizer_steps", &Manifest::optimizer_steps),
                      key("averages", &Manifest::averages),
                      key("plateaus", &Manifest::plateaus),
                      key("stop", &Manifest::stop),
                      key("files", &Manifest::files)};
  }
};

/// The text of manifest.json: JSON with a checksum of itself.
std::string to_text(const Manifest& manifest);

/// Reads only what to_text() writes. Throws Error{Code::data} for any other text.
/// @param name  of the file, for the message
Manifest parse_manifest(std::string_view text, const std::string& name);

}  // namespace temper::train
