#include "temper/report/summary.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "temper/report/number.h"

namespace temper::report {
namespace {

using Json = nlohmann::json;

std::optional<Headline> headline_of(std::string split, std::string weights,
                                    const train::Score& score) {
  if (score.errors && score.count > 0)
    return Headline{std::move(split), std::move(weights), score, {}};
  const bool measured = score.accuracy >= 0 && score.accuracy <= 1;
  if (score.count < 1 || !measured) return {};
  const auto correct = std::llround(score.accuracy * static_cast<double>(score.count));
  return Headline{std::move(split), std::move(weights), score,
                  measure::wilson(correct, score.count)};
}

const std::optional<train::Scores>& scores_of(const train::Evaluated& epoch,
                                              const std::string& weights) {
  return weights == "averaged" ? epoch.averaged : epoch.raw;
}

std::optional<Headline> find_headline(const Run& run) {
  if (run.test) return headline_of("test", run.test->weights, run.test->score);
  const auto* epoch = run.last_evaluation();
  if (epoch == nullptr) return {};
  const auto weights = reported_weights(run, *epoch);
  const auto& scores = scores_of(*epoch, weights);
  if (!scores) return {};
  if (scores->validation) return headline_of("validation", weights, *scores->validation);
  return headline_of("training", weights, scores->train);
}

std::optional<Gap> find_gap(const Run& run) {
  const auto* epoch = run.last_evaluation();
  if (epoch == nullptr) return {};
  const auto weights = run.test ? run.test->weights : reported_weights(run, *epoch);
  const auto& scores = scores_of(*epoch, weights);
  if (!scores || !scores->validation) return {};
  return Gap{epoch->epoch, weights, scores->train, *scores->validation};
}

/// null for a missing number, as JSON has no NaN.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}
Json number(const std::optional<double>& value) {
  return value ? number(*value) : Json();
}

Json json_of(const measure::CalibrationErrors& errors) {
  return {
      {"equal_width", errors.width}, {"equal_mass", errors.mass}, {"debiased", errors.debiased}};
}

Json json_of(const train::Scaled& scaled) {
  return {{"value", scaled.temperature.fit.value},
          {"fitted_on", scaled.temperature.images},
          {"loss", scaled.nll},
          {"brier", scaled.brier},
          {"calibration_error", json_of(scaled.calibration)}};
}

Json json_of(const measure::Errors& errors) {
  return {{"rmse", number(errors.rmse)}, {"mae", number(errors.mae)}, {"r2", number(errors.r2)}};
}

Json json_of(const train::Score& score) {
  if (score.errors) {
    auto json = json_of(*score.errors);
    json.update({{"loss", number(score.loss)}, {"count", score.count}});
    return json;
  }
  return {
      {"loss", number(score.loss)}, {"accuracy", number(score.accuracy)}, {"count", score.count}};
}

}  // namespace

std::string reported_weights(const Run& run, const train::Evaluated& epoch) {
  const bool raw_counts = run.start && run.start->weights == "raw" && epoch.raw;
  return epoch.averaged && !raw_counts ? "averaged" : "raw";
}

std::string weights_text(const std::string& weights, const std::string& averaging) {
  if (weights != "averaged") return "raw weights";
  if (averaging.empty()) return "averaged weights";
  if (averaging == "schedule_free") return "averaged weights (schedule-free)";
  std::string name;
  for (const char c : averaging)
    name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return fmt::format("averaged weights ({})", name);
}

Summary summary(const Run& run, const std::optional<Analysis>& analysis,
                const std::optional<measure::ValueMetrics>& values) {
  Summary s{.name = run.name(), .finished = run.end.has_value()};
  if (run.start) {
    s.fingerprint = run.start->fingerprint;
    s.averaging = run.start->averaging;
    s.epochs = run.start->epochs;
    s.total_steps = run.start->total_steps;
    s.parameters = run.start->parameters;
    s.multiply_adds = run.start->multiply_adds;
    s.value_names = run.start->values;
  }
  s.values = values;
  s.epochs_done = run.epochs.empty() ? 0 : run.epochs.back().epoch;
  s.steps_done = run.steps_done();
  s.seconds = run.seconds();
  s.headline = find_headline(run);
  s.gap = find_gap(run);
  s.early_stop = run.early_stop;
  if (analysis) {
    s.ece = analysis->calibration.width;
    s.brier = analysis->brier;
    s.calibration = analysis->calibration;
    s.bootstrap = analysis->accuracy_bootstrap;
    s.scaled = analysis->scaled;
    if (analysis->classes >= 10) s.top5_accuracy = analysis->top_k();
  }
  return s;
}

Summary summary(const std::filesystem::path& run_directory) {
  Run run = read_run(run_directory);
  const auto analysis = analyze(run);
  const auto values = analyze_regression(run);
  return summary(run, analysis, values);
}

Json to_json(const Summary& s) {
  Json json = {{"name", s.name},
               {"fingerprint", s.fingerprint},
               {"finished", s.finished},
               {"epochs_done", s.epochs_done},
               {"epochs", s.epochs},
               {"steps_done", s.steps_done},
               {"total_steps", s.total_steps},
               {"parameters", s.parameters},
               {"multiply_adds", s.multiply_adds},
               {"seconds", number(s.seconds)},
               {"top5_accuracy", number(s.top5_accuracy)},
               {"ece", number(s.ece)},
               {"brier", number(s.brier)},
               {"calibration_error", s.calibration ? json_of(*s.calibration) : Json()},
               {"temperature", s.scaled ? json_of(*s.scaled) : Json()},
               {"early_stop", s.early_stop ? train::to_json(*s.early_stop) : Json()},
               {"score", nullptr},
               {"gap", nullptr}};
  if (s.headline) {
    json["score"] = json_of(s.headline->score);
    json["score"]["split"] = s.headline->split;
    json["score"]["weights"] = s.headline->weights;
    if (!s.headline->score.errors) {
      json["score"]["error"] = 1 - s.headline->score.accuracy;
      json["score"]["accuracy_interval"] = {s.headline->interval.low, s.headline->interval.high};
    }
    if (s.bootstrap) json["score"]["bootstrap_interval"] = {s.bootstrap->low, s.bootstrap->high};
  }
  if (s.gap)
    json["gap"] = {{"epoch", s.gap->epoch},          {"weights", s.gap->weights},
                   {"loss", number(s.gap->loss())},  {"accuracy", number(s.gap->accuracy())},
                   {"train", json_of(s.gap->train)}, {"validation", json_of(s.gap->validation)}};
  if (!s.value_names.empty()) {
    for (const auto* key : {"top5_accuracy", "ece", "brier", "calibration_error", "temperature"})
      json.erase(key);
    if (s.gap) json["gap"].erase("accuracy");
  }
  for (std::size_t k = 0; s.values && k < s.values->values.size(); ++k) {
    const auto& one = s.values->values[k];
    auto& entry = json["values"].emplace_back(json_of(one.errors));
    entry["value"] = k < s.value_names.size() ? s.value_names[k] : "";
    entry["rmse_interval"] = {one.rmse_interval.low, one.rmse_interval.high};
    entry["mae_interval"] = {one.mae_interval.low, one.mae_interval.high};
    entry["bias"] = one.bias;
  }
  return json;
}

std::string errors_text(const measure::Errors& errors) {
  return fmt::format("R2 {}, RMSE {}, MAE {}", significant_text(errors.r2),
                     significant_text(errors.rmse), significant_text(errors.mae));
}

std::string to_text(const Summary& s) {
  std::string text = s.finished
                         ? fmt::format("{}: finished, {}", s.name, counted(s.epochs_done, "epoch"))
                         : fmt::format("{}: not finished, epoch {} of {}, step {} of {}", s.name,
                                       s.epochs_done, s.epochs, s.steps_done, s.total_steps);
  if (std::isfinite(s.seconds)) text += fmt::format(", {}", duration_text(s.seconds));
  if (const auto& h = s.headline; h && h->score.errors)
    text += fmt::format("\nerrors  {} on {} {} images, {}, loss {}", errors_text(*h->score.errors),
                        count_text(h->score.count), h->split, weights_text(h->weights, s.averaging),
                        significant_text(h->score.loss));
  else if (h)
    text +=
        fmt::format("\naccuracy  {} on {} {} images, {} (95 % interval {}), loss {}",
                    percent_text(h->score.accuracy, h->score.count), count_text(h->score.count),
                    h->split, weights_text(h->weights, s.averaging),
                    interval_text(h->interval, h->score.count), significant_text(h->score.loss));
  if (const auto& g = s.gap)
    text += fmt::format(
        "\ngap  {} in loss{} (training against validation, epoch {}, {})",
        difference_text(g->loss()),
        g->of_values() ? "" : fmt::format(", {} in accuracy", points_text(g->accuracy())), g->epoch,
        weights_text(g->weights, s.averaging));
  return text;
}

}  // namespace temper::report
