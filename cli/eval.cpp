#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "temper/measure/interval.h"
#include "temper/report/assessment_text.h"
#include "temper/train/assess.h"
#include "temper/train/open_data.h"
#include "temper/train/saved_model.h"

namespace temper::cli {
namespace {

using measure::Interval;
using nlohmann::json;

struct Options {
  std::string run;
  std::string split = "test";
  std::string weights;
  std::string temperature = "none";
  std::int64_t top = 5;
  std::int64_t sensitivity = 0;
  bool no_gap = false;
  bool per_class = false;
  bool as_json = false;
};

train::TemperatureFrom temperature_from(const std::string& name) {
  if (name == "fit") return train::TemperatureFrom::fit;
  return name == "saved" ? train::TemperatureFrom::saved : train::TemperatureFrom::none;
}

/// An assessment, with its weights and the names of classes or targets.
struct Result : train::Assessment {
  std::string weights;
  std::vector<std::string> classes;
  std::vector<std::string> value_names;
};

json json_of(const Interval& interval) {
  return {interval.low, interval.high};
}

json json_of(const measure::CalibrationErrors& errors) {
  return {{"equal_width", errors.width},
          {"equal_mass", errors.mass},
          {"debiased", errors.debiased},
          {"bins", measure::MetricsOptions{}.bins}};
}

json json_of(const train::Scaled& s) {
  return {{"value", s.temperature.fit.value},
          {"fitted_on", s.temperature.images},
          {"validation_loss_before", s.temperature.fit.before},
          {"validation_loss_after", s.temperature.fit.after},
          {"at_bound", s.temperature.fit.at_bound},
          {"loss", s.nll},
          {"brier", s.brier},
          {"calibration_error", json_of(s.calibration)}};
}

json gap_json(const train::Assessment& a) {
  return {{"loss", a.gap->loss},
          {"loss_interval", json_of(a.gap->loss_interval)},
          {"accuracy", a.gap->accuracy},
          {"accuracy_interval", json_of(a.gap->accuracy_interval)},
          {"training_images", a.training_images},
          {"validation_images", a.validation_images}};
}

json json_of(const std::string& name, const measure::ClassCounts& counts) {
  const auto recall = counts.recall();
  const auto precision = counts.precision();
  return {{"class", name},
          {"images", counts.labelled},
          {"predicted", counts.predicted},
          {"correct", counts.correct},
          {"recall", recall ? json(*recall) : json()},
          {"recall_interval",
           recall ? json_of(measure::wilson(counts.correct, counts.labelled)) : json()},
          {"precision", precision ? json(*precision) : json()}};
}

json json_of(const train::Assessment& a) {
  return {{"count", a.norms.count},
          {"l1", a.norms.l1},
          {"l2", a.norms.l2},
          {"largest", a.norms.largest},
          {"root_mean_square", a.norms.root_mean_square}};
}

json values_json(const Options& options, const Result& result) {
  const auto& f = *result.values;
  json all{{"run", options.run},
           {"split", options.split},
           {"weights", result.weights},
           {"count", f.images},
           {"loss", f.loss},
           {"loss_bootstrap_interval", json_of(f.loss_bootstrap)},
           {"rmse", f.mean.rmse},
           {"mae", f.mean.mae},
           {"r2", f.mean.r2},
           {"weight_norms", json_of(result)},
           {"values", json::array()}};
  if (const auto& gap = result.loss_gap)
    all["gap"] = {{"loss", gap->value},
                  {"loss_interval", json_of(gap->interval)},
                  {"training_images", result.training_images},
                  {"validation_images", result.validation_images}};
  for (std::size_t k = 0; k < f.values.size(); ++k) {
    const auto& one = f.values[k];
    all["values"].push_back({{"value", result.value_names[k]},
                             {"rmse", one.errors.rmse},
                             {"rmse_bootstrap_interval", json_of(one.rmse_interval)},
                             {"mae", one.errors.mae},
                             {"mae_bootstrap_interval", json_of(one.mae_interval)},
                             {"r2", one.errors.r2},
                             {"bias", one.bias}});
  }
  return all;
}

json to_json(const Options& options, const Result& result) {
  if (result.values) return values_json(options, result);
  const auto& f = result.figures;
  json all{{"run", options.run},
           {"split", options.split},
           {"weights", result.weights},
           {"count", f.images},
           {"accuracy", f.accuracy()},
           {"interval", json_of(f.accuracy_interval)},
           {"bootstrap_interval", json_of(f.accuracy_bootstrap)},
           {"loss", f.nll},
           {"loss_bootstrap_interval", json_of(f.nll_bootstrap)},
           {"brier", f.brier},
           {"calibration_error", json_of(f.calibration)},
           {"weight_norms", json_of(result)},
           {"classes", json::array()}};
  if (f.top_k_correct)
    all["top_k"] = {{"k", f.k},
                    {"accuracy", *f.top_k()},
                    {"interval", json_of(measure::wilson(*f.top_k_correct, f.images))}};
  for (std::size_t i = 0; i < f.counts.size(); ++i)
    all["classes"].push_back(json_of(result.classes[i], f.counts[i]));
  if (result.scaled) all["temperature"] = json_of(*result.scaled);
  if (result.gap) all["gap"] = gap_json(result);
  if (result.sensitivity)
    all["sensitivity"] = {{"mean", result.sensitivity->mean},
                          {"images", result.sensitivity->images}};
  return all;
}

void evaluate(const Options& options) {
  auto model = train::load_model(options.run, options.weights);
  if (options.per_class) train::require_classes(model, "--per-class");
  const auto assessment = train::assess(options.run, model, train::open_run_plan(options.run),
                                        {.split = options.split,
                                         .temperature = temperature_from(options.temperature),
                                         .figures = {.k = options.top},
                                         .gap = !options.no_gap,
                                         .sensitivity = options.sensitivity});
  if (options.as_json)
    fmt::print("{}\n",
               to_json(options, {assessment, model.weights, model.classes, model.value_names})
                   .dump(2, ' ', false, json::error_handler_t::replace));
  else
    fmt::print("{}", report::to_text(assessment, model, options.split, options.per_class));
}

}  // namespace

void add_eval(const Command& app) {
  const auto command = app.command("eval", "Evaluate a finished run on its data");
  auto options = std::make_shared<Options>();
  command.option("run", options->run, "the run directory").required();
  command.option("--split", options->split, "data split to evaluate")
      .one_of({"test", "validation", "train"})
      .with_default();
  command.option(
      "--weights", options->weights,
      "weights of the finished run (raw, averaged, or the name of one of several averages, such as "
      "ema-2) or of a checkpoint (best, last); default: those the run was tested with");
  command
      .option("--temperature", options->temperature,
              "fit: fit the temperature of these weights on the validation set and save it with "
              "the run, for predict and the report; saved: use the saved one")
      .one_of({"fit", "saved", "none"})
      .with_default();
  command.option("--top", options->top, "k of the top-k accuracy").positive().with_default();
  command
      .option("--sensitivity", options->sensitivity,
              "measure the sensitivity of the predicted probabilities to the pixels on this many "
              "images")
      .called("IMAGES")
      .positive();
  command.flag("--no-gap", options->no_gap,
               "skip the generalization gap, which evaluates the validation set and a training "
               "subset of the same size");
  command.flag("--per-class", options->per_class,
               "print precision and recall of every class (JSON always has them)");
  command.flag("--json", options->as_json, "print as JSON");
  command.footer(
      "Examples:\n"
      "  temper eval runs/fashion-mnist --split validation\n"
      "  temper eval runs/fashion-mnist --temperature fit\n"
      "  temper eval runs/fashion-mnist --per-class --sensitivity 200");
  command.run([options] { evaluate(*options); });
}

}  // namespace temper::cli
