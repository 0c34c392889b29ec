#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "temper/core/keys.h"
#include "temper/evaluate/evaluate.h"
#include "temper/measure/figures.h"
#include "temper/measure/values.h"
#include "temper/measure/weight_norms.h"
#include "temper/train/saved_model.h"
#include "temper/train/temperature.h"

/// All measurements of a saved model on a set of images. `temper eval --json`, `temper train
/// --json` and `temper report --json` write them with the same keys.
namespace temper::evaluate {

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
  train::SavedTemperature temperature;
  double nll = 0;
  double brier = 0;
  measure::CalibrationErrors calibration;
  std::vector<measure::ReliabilityBin> bins;  ///< of equal width; for the report's plots alone

  static constexpr auto keys() {
    return std::tuple{inlined(&Scaled::temperature), key("loss", &Scaled::nll),
                      key("brier", &Scaled::brier), key("calibration_error", &Scaled::calibration)};
  }
};

Scaled scaled(const at::Tensor& logits, const at::Tensor& labels,
              const train::SavedTemperature& temperature);

struct Sensitivity {
  double mean = 0;
  std::int64_t images = 0;

  static constexpr auto keys() {
    return std::tuple{key("mean", &Sensitivity::mean), key("images", &Sensitivity::images)};
  }
};

/// The generalization gap. Both scores are computed in the same way: hard labels, cross-entropy, no
/// penalty terms, evaluation transform and mode, the same weights.
struct Gap {
  std::optional<std::int64_t> epoch;                    ///< of the run's evaluation that it is from
  double loss = 0;                                      ///< validation minus training
  std::optional<measure::Interval> loss_interval = {};  ///< 95%; needs the loss of every image
  double accuracy = 0;  ///< training minus validation; NaN for regression
  std::optional<measure::Interval> accuracy_interval = {};  ///< 95%
  train::Score train;  ///< on a fixed part of the training set, as large as the validation set
  train::Score validation;

  [[nodiscard]] bool of_values() const { return validation.errors.has_value(); }

  static constexpr auto keys() {
    return std::tuple{key("epoch", &Gap::epoch),
                      key("loss", &Gap::loss),
                      key("loss_interval", &Gap::loss_interval),
                      key("accuracy", &Gap::accuracy),
                      key("accuracy_interval", &Gap::accuracy_interval),
                      key("train", &Gap::train),
                      key("validation", &Gap::validation)};
  }
};

struct TopK {
  std::int64_t k = 0;
  double accuracy = 0;
  measure::Interval interval = {};  ///< Wilson's, 95%

  static constexpr auto keys() {
    return std::tuple{key("k", &TopK::k), key("accuracy", &TopK::accuracy),
                      key("interval", &TopK::interval)};
  }
};

/// Precision and recall of one class.
struct ClassScore {
  std::string name;
  std::int64_t images = 0;                                ///< of the class
  std::int64_t predicted = 0;                             ///< images predicted as the class
  std::int64_t correct = 0;                               ///< both
  std::optional<double> recall = {};                      ///< empty without images of the class
  std::optional<measure::Interval> recall_interval = {};  ///< Wilson's, 95%
  std::optional<double> precision = {};                   ///< empty if it is never predicted

  static constexpr auto keys() {
    return std::tuple{key("class", &ClassScore::name),
                      key("images", &ClassScore::images),
                      key("predicted", &ClassScore::predicted),
                      key("correct", &ClassScore::correct),
                      nullable("recall", &ClassScore::recall),
                      nullable("recall_interval", &ClassScore::recall_interval),
                      nullable("precision", &ClassScore::precision)};
  }
};

/// Errors of one regression target, in its unit.
struct ValueScore {
  std::string name;
  measure::Errors errors;
  measure::Interval rmse_interval = {};  ///< bootstrap over images
  measure::Interval mae_interval = {};   ///< the same
  double bias = 0;                       ///< mean of predicted - target

  static constexpr auto keys() {
    return std::tuple{key("value", &ValueScore::name), inlined(&ValueScore::errors),
                      key("rmse_bootstrap_interval", &ValueScore::rmse_interval),
                      key("mae_bootstrap_interval", &ValueScore::mae_interval),
                      key("bias", &ValueScore::bias)};
  }
};

/// What was not measured is empty.
struct Assessment {
  std::string split;    ///< "test", "validation" or "train"
  std::string weights;  ///< "raw", "averaged", "best" or "last"
  train::Score score;
  std::optional<train::TestTime> test_time = {};             ///< with test-time augmentation
  std::optional<measure::Interval> accuracy_interval = {};   ///< Wilson's, 95%
  std::optional<measure::Interval> accuracy_bootstrap = {};  ///< over images
  std::optional<measure::Interval> loss_bootstrap = {};      ///< over images
  std::optional<TopK> top_k = {};
  std::optional<double> brier = {};
  std::optional<measure::CalibrationErrors> calibration = {};
  std::optional<Scaled> scaled = {};
  std::optional<Gap> gap = {};
  std::optional<measure::WeightNorms> norms = {};
  std::optional<Sensitivity> sensitivity = {};
  std::vector<ClassScore> classes = {};
  std::vector<ValueScore> values = {};  ///< for regression, in place of classes
  Predictions answers = {};             ///< for the split; not written

  static constexpr auto keys() {
    return std::tuple{key("split", &Assessment::split),
                      key("weights", &Assessment::weights),
                      inlined(&Assessment::score),
                      key("tta", &Assessment::test_time),
                      key("accuracy_interval", &Assessment::accuracy_interval),
                      key("accuracy_bootstrap_interval", &Assessment::accuracy_bootstrap),
                      key("loss_bootstrap_interval", &Assessment::loss_bootstrap),
                      key("top_k", &Assessment::top_k),
                      key("brier", &Assessment::brier),
                      key("calibration_error", &Assessment::calibration),
                      key("temperature", &Assessment::scaled),
                      key("gap", &Assessment::gap),
                      key("weight_norms", &Assessment::norms),
                      key("sensitivity", &Assessment::sensitivity),
                      key("classes", &Assessment::classes),
                      key("values", &Assessment::values)};
  }
};

/// Adds the metrics of predictions for the set.
/// @param classes  names of the classes
void add_metrics(Assessment& assessment, const measure::Metrics& metrics,
                 const std::vector<std::string>& classes);
/// @param names  of the regression targets
void add_metrics(Assessment& assessment, const measure::ValueMetrics& metrics,
                 const std::vector<std::string>& names);

/// The images of a split. Throws Error{Code::usage} where the data does not have it.
std::shared_ptr<const data::Source> images_of(const train::Plan& plan, const std::string& split);

/// Evaluates a model on the plan's device, all sets with the model's test-time augmentation; a
/// temperature is fitted on predictions with it. Throws Error{Code::usage} for a missing split, a
/// fit without a validation set, a missing saved temperature, a temperature of a model that does
/// not read pictures as its run, and a temperature or sensitivity of a model with regression
/// targets.
/// @param run   directory of the model, in which a fitted temperature is saved
/// @param plan  of the run's recipe and data
Assessment assess(const std::filesystem::path& run, train::SavedModel& model,
                  const train::Plan& plan, const AssessOptions& options = {});

}  // namespace temper::evaluate
