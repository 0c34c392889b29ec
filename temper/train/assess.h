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

/// All that is measured of a saved network at once.
namespace temper::train {

/// Where the temperature comes from that figures are given at, beside those without one.
enum class TemperatureFrom : std::uint8_t {
  none,   ///< there is none
  saved,  ///< beside the weights
  fit     ///< fitted on the validation set, and saved
};

struct AssessOptions {
  std::string split = "test";  ///< "test", "validation" or "train"
  TemperatureFrom temperature = TemperatureFrom::none;
  measure::FiguresOptions figures = {};
  bool gap = true;               ///< where there is a validation set
  std::int64_t sensitivity = 0;  ///< images that input sensitivity is measured on; 0: it is not
};

/// What a temperature makes of the figures that depend on it.
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
  measure::Figures figures;
  std::optional<measure::ValueFigures> values;  ///< in place of all that is about classes
  std::optional<measure::LossGap> loss_gap;     ///< of values
  std::optional<Scaled> scaled;
  std::optional<measure::Gap> gap;
  std::int64_t training_images = 0;    ///< of the gap
  std::int64_t validation_images = 0;  ///< of the gap
  measure::WeightNorms norms;
  std::optional<Sensitivity> sensitivity;
};

/// The images of that split. Throws Error{Code::usage} where the data has none.
std::shared_ptr<const data::Source> images_of(const Plan& plan, const std::string& split);

/// @param run   where the model comes from, and where a fitted temperature goes
/// @param plan  of the run's recipe and data
/// Throws Error{Code::usage} for a split that is not there, a fit without a validation set and a
/// saved temperature that is not there, and of a model that was trained on values for a temperature
/// or sensitivity.
Assessment assess(const std::filesystem::path& run, SavedModel& model, const Plan& plan,
                  const AssessOptions& options = {});

}  // namespace temper::train
