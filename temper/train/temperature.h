#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <tuple>

#include "temper/core/keys.h"
#include "temper/measure/temperature.h"
#include "temper/train/plan.h"

/// Temperature scaling: the temperature by which a run's logits are divided before the softmax is
/// fitted on its validation set (measure/temperature.h) and saved in temperature.json beside its
/// weights.
namespace temper::train {

struct SavedTemperature {
  measure::Temperature fit;
  std::int64_t images = 0;  ///< number of images that it was fitted on

  static constexpr auto keys() {
    return std::tuple{inlined(&SavedTemperature::fit), key("fitted_on", &SavedTemperature::images)};
  }
};

/// Throws Error{Code::usage} where the plan has no validation set, or an empty one: a temperature
/// fitted on training images would make the network overconfident.
void require_validation(const Plan& plan);

/// Saves the temperature of these weights, and keeps those of other weights. Throws
/// Error{Code::io}.
/// @param weights  "raw", "averaged", "best" or "last"
/// @param file     of the weights: the temperature is valid for its exact bytes
/// @param tta      test-time augmentation of the predictions that it was fitted on, for which alone
///                 it is valid, as recipe::tta_text() has it
void save_temperature(const std::filesystem::path& run, const std::string& weights,
                      const std::filesystem::path& file, const SavedTemperature& temperature,
                      const std::string& tta = "none");

/// The temperature of these weights; nothing where none was fitted, or where the weights have
/// changed since. Throws Error{Code::data} for a damaged temperature.json.
/// @param tta  of the predictions; as recipe::tta_text() has it
std::optional<SavedTemperature> saved_temperature(const std::filesystem::path& run,
                                                  const std::string& weights,
                                                  const std::filesystem::path& file,
                                                  const std::string& tta = "none");

}  // namespace temper::train
