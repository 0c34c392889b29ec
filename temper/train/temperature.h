#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "temper/measure/temperature.h"
#include "temper/train/evaluate.h"

/// The temperature that a run's logits are divided by before they become probabilities: fitted on
/// its validation set (measure/temperature.h), kept in temperature.json beside its weights.
namespace temper::train {

struct SavedTemperature {
  measure::Temperature fit;
  std::int64_t images = 0;  ///< that it was fitted on
};

/// Throws Error{Code::usage} where the plan has no validation set, or an empty one: a temperature
/// that is fitted on training images says that the network may be as sure as it is of those.
void require_validation(const Plan& plan);

/// @param validation  the answers to the plan's validation set, of the weights it is meant for
SavedTemperature fit_temperature(const Predictions& validation);

/// Keeps it for those weights, beside what is there for others.
/// @param weights  "raw", "averaged", "best" or "last"
/// @param file     that holds them: the temperature is bound to its bytes. Throws Error{Code::io}
void save_temperature(const std::filesystem::path& run, const std::string& weights,
                      const std::filesystem::path& file, const SavedTemperature& temperature);

/// The temperature of those weights; nothing where none was fitted, or where it was fitted for
/// weights that have changed since. Throws Error{Code::data} for a damaged temperature.json.
std::optional<SavedTemperature> saved_temperature(const std::filesystem::path& run,
                                                  const std::string& weights,
                                                  const std::filesystem::path& file);

}  // namespace temper::train
