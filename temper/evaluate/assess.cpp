#include "temper/evaluate/assess.h"

#include <fmt/format.h>

#include <limits>

#include "temper/core/error.h"
#include "temper/evaluate/sensitivity.h"
#include "temper/evaluate/test_time.h"
#include "temper/measure/gap.h"
#include "temper/measure/likelihood.h"
#include "temper/measure/temperature.h"
#include "temper/measure/values.h"

namespace temper::evaluate {
namespace {

std::optional<train::SavedTemperature> temperature_of(
    const std::filesystem::path& run, const train::SavedModel& model, TemperatureFrom from,
    const std::optional<Predictions>& validation) {
  if (from == TemperatureFrom::none) return std::nullopt;
  if (from == TemperatureFrom::saved) {
    if (model.temperature) return model.temperature;
    const auto tta = recipe::tta_text(model.tta);
    throw Error(
        Code::usage, {.file = run.string()},
        fmt::format("no temperature is saved for its {} weights as they are now{}; fit one with "
                    "`temper eval {} --temperature fit{}`",
                    model.weights,
                    model.tta ? fmt::format(" with test-time augmentation {}", tta) : "",
                    run.string(), model.tta ? fmt::format(" --tta '{}'", tta) : ""));
  }
  const train::SavedTemperature fitted{
      .fit = measure::fit_temperature(validation->logits, validation->labels),
      .images = validation->labels.size(0)};
  train::save_temperature(run, model.weights, model.file, fitted, recipe::tta_text(model.tta));
  return fitted;
}

/// @param trained     predictions on the plan's fixed part of the training set
/// @param validation  predictions on its validation set
Gap gap_of(const Predictions& trained, const Predictions& validation) {
  Gap gap{.epoch = {}, .train = score(trained), .validation = score(validation)};
  if (validation.values) {
    const auto found = measure::loss_gap(measure::squared_errors(*trained.values),
                                         measure::squared_errors(*validation.values));
    gap.loss = found.value;
    gap.loss_interval = found.interval;
    gap.accuracy = std::numeric_limits<double>::quiet_NaN();
    return gap;
  }
  const auto found = measure::generalisation_gap(trained.logits, trained.labels, validation.logits,
                                                 validation.labels);
  gap.loss = found.loss;
  gap.loss_interval = found.loss_interval;
  gap.accuracy = found.accuracy;
  gap.accuracy_interval = found.accuracy_interval;
  return gap;
}

ClassScore class_score(const std::string& name, const measure::ClassCounts& counts) {
  ClassScore score{.name = name,
                   .images = counts.labelled,
                   .predicted = counts.predicted,
                   .correct = counts.correct,
                   .recall = counts.recall(),
                   .precision = counts.precision()};
  if (score.recall) score.recall_interval = measure::wilson(counts.correct, counts.labelled);
  return score;
}

}  // namespace

void add_metrics(Assessment& assessment, const measure::Metrics& metrics,
                 const std::vector<std::string>& classes) {
  assessment.score = {.loss = metrics.nll, .accuracy = metrics.accuracy(), .count = metrics.images};
  assessment.accuracy_interval = metrics.accuracy_interval;
  assessment.accuracy_bootstrap = metrics.accuracy_bootstrap;
  assessment.loss_bootstrap = metrics.nll_bootstrap;
  if (metrics.top_k_correct)
    assessment.top_k =
        TopK{metrics.k, *metrics.top_k(), measure::wilson(*metrics.top_k_correct, metrics.images)};
  assessment.brier = metrics.brier;
  assessment.calibration = metrics.calibration;
  for (std::size_t i = 0; i < metrics.counts.size(); ++i)
    assessment.classes.push_back(class_score(classes.at(i), metrics.counts[i]));
}

void add_metrics(Assessment& assessment, const measure::ValueMetrics& metrics,
                 const std::vector<std::string>& names) {
  assessment.score = {.loss = metrics.loss,
                      .accuracy = std::numeric_limits<double>::quiet_NaN(),
                      .count = metrics.images,
                      .errors = metrics.mean};
  assessment.loss_bootstrap = metrics.loss_bootstrap;
  for (std::size_t k = 0; k < metrics.values.size(); ++k) {
    const auto& one = metrics.values[k];
    assessment.values.push_back({.name = names.at(k),
                                 .errors = one.errors,
                                 .rmse_interval = one.rmse_interval,
                                 .mae_interval = one.mae_interval,
                                 .bias = one.bias});
  }
}

Scaled scaled(const at::Tensor& logits, const at::Tensor& labels,
              const train::SavedTemperature& temperature) {
  const auto divided = measure::divided(logits, temperature.fit.value);
  return {temperature, measure::negative_log_likelihood(divided, labels),
          measure::brier_score(divided, labels), measure::calibration_errors(divided, labels),
          measure::reliability(divided, labels)};
}

std::shared_ptr<const data::Source> images_of(const train::Plan& plan, const std::string& split) {
  auto images = split == "test" ? plan.test : split == "validation" ? plan.validation : plan.train;
  if (!images)
    throw Error(Code::usage,
                fmt::format("the data has no {} set; choose another one (--split)", split));
  // The plan has already excluded unreadable images from the other sets.
  if (images == plan.train && plan.training.skip_bad)
    return data::readable_images(images, plan.evaluation.threads).source;
  return images;
}

Assessment assess(const std::filesystem::path& run, train::SavedModel& model,
                  const train::Plan& plan, const AssessOptions& options) {
  if (options.temperature != TemperatureFrom::none) train::require_classes(model, "a temperature");
  if (options.sensitivity > 0) train::require_classes(model, "input sensitivity");
  const auto images = images_of(plan, options.split);
  const bool fits = options.temperature == TemperatureFrom::fit;
  if (options.temperature != TemperatureFrom::none && !model.reads_as_its_run)
    throw Error(Code::usage, {.file = run.string()},
                "a temperature is for predictions on pictures that are read as the run reads them; "
                "leave it out, or the changes of evaluation");
  if (fits) train::require_validation(plan);
  auto& network = *model.network;
  train::prepare_thread(plan);
  network.to(plan.device);

  const auto predicted = [&](const std::shared_ptr<const data::Source>& set) {
    return predict_augmented(network, plan, set, model.tta);
  };
  const auto answers = predicted(images);
  const bool with_gap = options.gap && plan.validation;
  std::optional<Predictions> validation;
  if (with_gap || fits)
    validation = images == plan.validation ? answers : predicted(plan.validation);

  Assessment result{.split = options.split,
                    .weights = model.weights,
                    .score = {},
                    .test_time = answers.test_time};
  result.answers = answers;
  if (answers.values)
    add_metrics(result, measure::value_metrics(*answers.values, options.figures.bootstrap),
                model.value_names);
  else
    add_metrics(result, measure::figures(answers.logits, answers.labels, options.figures),
                model.classes);
  result.norms = weight_norms(network);
  if (const auto t = temperature_of(run, model, options.temperature, validation))
    result.scaled = scaled(answers.logits, answers.labels, *t);
  if (with_gap) result.gap = gap_of(predicted(plan.probe), *validation);
  if (options.sensitivity > 0) {
    const auto norms = sensitivity(network, plan, images, options.sensitivity);
    result.sensitivity = Sensitivity{norms.mean().item<double>(), norms.numel()};
  }
  return result;
}

}  // namespace temper::evaluate
