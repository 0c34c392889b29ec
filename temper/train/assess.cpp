#include "temper/train/assess.h"

#include <fmt/format.h>

#include "temper/core/error.h"
#include "temper/measure/likelihood.h"
#include "temper/measure/values.h"
#include "temper/train/sensitivity.h"

namespace temper::train {
namespace {

std::optional<SavedTemperature> temperature_of(const std::filesystem::path& run,
                                               const SavedModel& model, TemperatureFrom from,
                                               const std::optional<Predictions>& validation) {
  if (from == TemperatureFrom::none) return std::nullopt;
  if (from == TemperatureFrom::saved) {
    if (model.temperature) return model.temperature;
    throw Error(Code::usage,
                fmt::format("{}: no temperature is saved for its {} weights as they are now; fit "
                            "one with `temper eval {} --temperature fit`",
                            run.string(), model.weights, run.string()));
  }
  const auto fitted = fit_temperature(*validation);
  save_temperature(run, model.weights, model.file, fitted);
  return fitted;
}

/// @param validation  predictions on the validation set, to compute the gap
Assessment of_values(const measure::ValuePredictions& answers, model::Network& network,
                     const Plan& plan, const std::optional<Predictions>& validation,
                     const AssessOptions& options) {
  Assessment result{.values = measure::value_metrics(answers, options.figures.bootstrap),
                    .norms = weight_norms(network)};
  if (!validation) return result;
  const auto trained = predict(network, plan, plan.probe);
  result.loss_gap = measure::loss_gap(measure::squared_errors(*trained.values),
                                      measure::squared_errors(*validation->values));
  result.training_images = plan.probe->size();
  result.validation_images = plan.validation->size();
  return result;
}

}  // namespace

Scaled scaled(const at::Tensor& logits, const at::Tensor& labels,
              const SavedTemperature& temperature) {
  const auto divided = measure::divided(logits, temperature.fit.value);
  return {temperature, measure::negative_log_likelihood(divided, labels),
          measure::brier_score(divided, labels), measure::calibration_errors(divided, labels),
          measure::reliability(divided, labels)};
}

std::shared_ptr<const data::Source> images_of(const Plan& plan, const std::string& split) {
  auto images = split == "test" ? plan.test : split == "validation" ? plan.validation : plan.train;
  if (!images)
    throw Error(Code::usage,
                fmt::format("the run's data has no {} set; choose another one", split));
  // The plan has already excluded unreadable images from the other sets.
  if (images == plan.train && plan.training.skip_bad)
    return data::readable_images(images, plan.evaluation.threads).source;
  return images;
}

Assessment assess(const std::filesystem::path& run, SavedModel& model, const Plan& plan,
                  const AssessOptions& options) {
  if (options.temperature != TemperatureFrom::none) require_classes(model, "a temperature");
  if (options.sensitivity > 0) require_classes(model, "input sensitivity");
  const auto images = images_of(plan, options.split);
  const bool fits = options.temperature == TemperatureFrom::fit;
  if (fits) require_validation(plan);
  auto& network = *model.network;
  prepare_thread(plan);
  network.to(plan.device);

  const auto answers = predict(network, plan, images);
  const bool with_gap = options.gap && plan.validation;
  std::optional<Predictions> validation;
  if (with_gap || fits)
    validation = images == plan.validation ? answers : predict(network, plan, plan.validation);

  if (answers.values) return of_values(*answers.values, network, plan, validation, options);

  Assessment result{.figures = measure::figures(answers.logits, answers.labels, options.figures),
                    .norms = weight_norms(network)};
  if (const auto t = temperature_of(run, model, options.temperature, validation))
    result.scaled = scaled(answers.logits, answers.labels, *t);
  if (with_gap) {
    result.gap = gap(network, plan, *validation);
    result.training_images = plan.probe->size();
    result.validation_images = plan.validation->size();
  }
  if (options.sensitivity > 0) {
    const auto norms = sensitivity(network, plan, images, options.sensitivity);
    result.sensitivity = {norms.mean().item<double>(), norms.numel()};
  }
  return result;
}

}  // namespace temper::train
