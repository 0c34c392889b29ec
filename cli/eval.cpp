#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "progress.h"
#include "temper/measure/interval.h"
#include "temper/measure/values.h"
#include "temper/report/summary.h"
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

Result measured(const Options& options) {
  const std::filesystem::path run = options.run;
  auto model = train::load_model(run, options.weights);
  if (options.per_class) train::require_classes(model, "--per-class");
  const auto recipe = recipe::load((run / "recipe.toml").string());
  const auto plan = train::plan(recipe, train::open_data(recipe));
  train::prepare_thread(plan);
  model.network->to(plan.device);
  return {train::assess(run, model, plan,
                        {.split = options.split,
                         .temperature = temperature_from(options.temperature),
                         .figures = {.k = options.top},
                         .gap = !options.no_gap,
                         .sensitivity = options.sensitivity}),
          model.weights, model.classes, model.value_names};
}

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

std::string percent(const Interval& interval) {
  return fmt::format("{:.2f} to {:.2f}", 100 * interval.low, 100 * interval.high);
}

void print(const measure::CalibrationErrors& errors) {
  fmt::print(
      "calibration error {:.2f}% (ECE, equal-width bins), {:.2f}% (equal-mass bins), "
      "{:.2f}% (equal-mass bins, debiased)\n",
      100 * errors.width, 100 * errors.mass, 100 * errors.debiased);
}

void print(const train::Scaled& s) {
  const auto& t = s.temperature;
  fmt::print(
      "temperature {:.4g}, fitted on {} validation images: validation loss {:.4f} -> {:.4f}{}\n"
      "  with temperature scaling: loss {:.4f}, Brier score {:.4f}, ",
      t.fit.value, grouped(t.images), t.fit.before, t.fit.after,
      t.fit.at_bound ? " (at the bound of its range)" : "", s.nll, s.brier);
  print(s.calibration);
}

void print_gap(const train::Assessment& a) {
  fmt::print(
      "generalization gap {:+.4f} in loss (95% interval {:.4f} to {:.4f}), {:+.2f} points in "
      "accuracy ({}), on {} validation and {} training images\n",
      a.gap->loss, a.gap->loss_interval.low, a.gap->loss_interval.high, 100 * a.gap->accuracy,
      percent(a.gap->accuracy_interval), grouped(a.validation_images), grouped(a.training_images));
}

void print_classes(const Result& result) {
  std::size_t width = 0;
  for (const auto& name : result.classes) width = std::max(width, name.size());
  const auto share = [](const std::optional<double>& part) {
    return part ? fmt::format("{:6.2f}%", 100 * *part) : std::string("      -");
  };
  for (std::size_t i = 0; i < result.figures.counts.size(); ++i) {
    const auto& c = result.figures.counts[i];
    const auto interval =
        c.labelled > 0 ? fmt::format(" ({})", percent(measure::wilson(c.correct, c.labelled))) : "";
    fmt::print("{:<{}} {:>8} images  precision {}  recall {}{}\n", result.classes[i], width,
               grouped(c.labelled), share(c.precision()), share(c.recall()), interval);
  }
}

void print_norms(const measure::WeightNorms& norms) {
  fmt::print("weights: {} elements, L2 norm {:.4g}, root mean square {:.4g}, largest {:.4g}\n",
             grouped(norms.count), norms.l2, norms.root_mean_square, norms.largest);
}

void print_values(const Options& options, const Result& result) {
  const auto& f = *result.values;
  fmt::print("{} {}, over {} images, {} weights\n", options.split, report::errors_text(f.mean),
             grouped(f.images), result.weights);
  fmt::print(
      "loss {:.4f} (bootstrap {:.4f} to {:.4f}), the mean squared error of standardized "
      "targets\n",
      f.loss, f.loss_bootstrap.low, f.loss_bootstrap.high);
  for (std::size_t k = 0; k < f.values.size(); ++k) {
    const auto& one = f.values[k];
    fmt::print(
        "{}: RMSE {:.4g} (bootstrap {:.4g} to {:.4g}), MAE {:.4g} ({:.4g} to {:.4g}), R2 "
        "{:.4f}, bias {:+.4g}\n",
        result.value_names[k], one.errors.rmse, one.rmse_interval.low, one.rmse_interval.high,
        one.errors.mae, one.mae_interval.low, one.mae_interval.high, one.errors.r2, one.bias);
  }
  if (const auto& gap = result.loss_gap)
    fmt::print(
        "generalization gap {:+.4f} in loss (95% interval {:.4f} to {:.4f}), on {} validation and "
        "{} training images\n",
        gap->value, gap->interval.low, gap->interval.high, grouped(result.validation_images),
        grouped(result.training_images));
  print_norms(result.norms);
}

void print(const Options& options, const Result& result) {
  if (result.values) {
    print_values(options, result);
    return;
  }
  const auto& f = result.figures;
  fmt::print(
      "{} accuracy {:.2f}% (95% interval {}, bootstrap {}), loss {:.4f}, over {} images, {} "
      "weights\n",
      options.split, 100 * f.accuracy(), percent(f.accuracy_interval),
      percent(f.accuracy_bootstrap), f.nll, grouped(f.images), result.weights);
  if (f.top_k_correct)
    fmt::print("top-{} accuracy {:.2f}% (95% interval {})\n", f.k, 100 * *f.top_k(),
               percent(measure::wilson(*f.top_k_correct, f.images)));
  fmt::print("loss {:.4f} (bootstrap {:.4f} to {:.4f}), Brier score {:.4f}\n", f.nll,
             f.nll_bootstrap.low, f.nll_bootstrap.high, f.brier);
  print(f.calibration);
  if (result.scaled) print(*result.scaled);
  if (result.gap) print_gap(result);
  print_norms(result.norms);
  if (result.sensitivity)
    fmt::print("input sensitivity {:.4g}, the mean over {} images\n", result.sensitivity->mean,
               grouped(result.sensitivity->images));
  if (options.per_class) print_classes(result);
}

void evaluate(const Options& options) {
  const auto result = measured(options);
  if (options.as_json)
    fmt::print("{}\n",
               to_json(options, result).dump(2, ' ', false, json::error_handler_t::replace));
  else
    print(options, result);
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
