#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "temper/measure/figures.h"
#include "temper/measure/gap.h"
#include "temper/measure/values.h"
#include "temper/train/evaluate.h"
#include "temper/train/saved_model.h"
#include "temper/train/temperature.h"

/// All measurements of a saved model.
namespace temper::train {

/// The source of the temperature for the calibrated figures, given in addition to the others.
enum class TemperatureFrom : std::uint8_t {
  none,   ///< no temperature
  saved,  ///< saved with the weights
  fit     ///< fitted on the validation set, and saved
};

struct AssessOptions {
  std::string split = "test";  ///< "test", "validation" or "train"
  TemperatureFrom temperature = TemperatureFrom::none;
  measure::MetricsOptions figures = {};
  bool gap = true;               ///< compute the gap, if there is a validation set
  std::int64_t sensitivity = 0;  ///< number of images for input sensitivity; 0: not computed
};

/// The figures that depend on the temperature, with temperature scaling.
struct Scaled {
  SavedTemperature temperature;
  double nll = 0;
  double brier = 0;
  measure::CalibrationErrors calibration;
  std::vector<measure::ReliabilityBin> bins;  ///< of equal width
};

Scaled scaled(const at::Tensor& logits, const at::Tensor& labels,
              const SavedTemperature& temperature);

struct Sensitivity {
  double mean = 0;
  std::int64_t images = 0;
};

struct Assessment {
  measure::Metrics figures;
  std::optional<measure::ValueMetrics> values;  ///< for regression, in place of all classification
  std::optional<measure::LossGap> loss_gap;     ///< for regression
  std::optional<Scaled> scaled;
  std::optional<measure::Gap> gap;
  std::int64_t training_images = 0;    ///< of the gap
  std::int64_t validation_images = 0;  ///< of the gap
  measure::WeightNorms norms;
  std::optional<Sensitivity> sensitivity;
};

/// The images of a split. Throws Error{Code::usage} where the data does not have it.
std::shared_ptr<const data::Source> images_of(const Plan& plan, const std::string& split);

/// Evaluates a model on the plan's device. Throws Error{Code::usage} for a missing split, a fit
/// without a validation set, a missing saved temperature, and a temperature or sensitivity of a
/// model with regression targets.
/// @param run   directory of the model, in which a fitted temperature is saved
/// @param plan  of the run's recipe and data
Assessment assess(const std::filesystem::path& run, SavedModel& model, const Plan& plan,
                  const AssessOptions& options = {});

}  // namespace temper::train
