#include "temper/report/summary.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "temper/io/format/json_keys.h"
#include "temper/measure/interval.h"
#include "temper/report/number.h"

namespace temper::report {
namespace {

const std::optional<train::Scores>& scores_of(const train::Evaluated& epoch,
                                              const std::string& weights) {
  return weights == "averaged" ? epoch.averaged : epoch.raw;
}

bool is_measured(const train::Score& score) {
  return score.count > 0 && (score.errors || (score.accuracy >= 0 && score.accuracy <= 1));
}

/// An accuracy from the log.
measure::Fraction correct(const train::Score& score) {
  return {std::llround(score.accuracy * static_cast<double>(score.count)), score.count};
}

measure::Interval accuracy_interval(const train::Score& score) {
  const auto [successes, trials] = correct(score);
  return measure::wilson(successes, trials);
}

measure::Interval accuracy_interval(const evaluate::Gap& gap) {
  constexpr auto unknown = std::numeric_limits<double>::quiet_NaN();
  if (!is_measured(gap.train) || !is_measured(gap.validation)) return {unknown, unknown};
  return measure::newcombe(correct(gap.train), correct(gap.validation));
}

std::optional<evaluate::Gap> gap_of(const Run& run, const std::string& weights) {
  const auto* epoch = run.last_evaluation();
  if (epoch == nullptr) return {};
  const auto& scores = scores_of(*epoch, weights);
  if (!scores || !scores->validation) return {};
  evaluate::Gap gap{.epoch = epoch->epoch,
                    .loss = scores->validation->loss - scores->train.loss,
                    .accuracy = scores->train.accuracy - scores->validation->accuracy,
                    .train = scores->train,
                    .validation = *scores->validation};
  if (!gap.of_values() && gap.train.count > 0 && gap.validation.count > 0)
    gap.accuracy_interval = accuracy_interval(gap);
  return gap;
}

/// The main result as the log has it.
std::optional<evaluate::Assessment> logged_evaluation(const Run& run) {
  if (run.test)
    return evaluate::Assessment{.split = "test",
                                .weights = run.test->weights,
                                .score = run.test->score,
                                .test_time = run.test->test_time};
  const auto* epoch = run.last_evaluation();
  if (epoch == nullptr) return {};
  const auto weights = reported_weights(run, *epoch);
  const auto& scores = scores_of(*epoch, weights);
  if (!scores) return {};
  if (scores->validation)
    return evaluate::Assessment{
        .split = "validation", .weights = weights, .score = *scores->validation};
  return evaluate::Assessment{.split = "train", .weights = weights, .score = scores->train};
}

/// Adds what was measured of the test predictions. The score stays the log's.
void add_test(evaluate::Assessment& evaluation, const Run& run,
              const std::optional<Analysis>& analysis,
              const std::optional<measure::ValueMetrics>& values) {
  const auto score = evaluation.score;
  std::vector<std::string> names;
  if (analysis) {
    for (std::int64_t i = 0; i < analysis->classes; ++i) names.push_back(run.class_name(i));
    add_metrics(evaluation, *analysis, names);
    evaluation.scaled = analysis->scaled;
  }
  if (values) {
    for (std::size_t k = 0; k < values->values.size(); ++k) names.push_back(run.target_name(k));
    add_metrics(evaluation, *values, names);
  }
  evaluation.score = score;
}

std::optional<evaluate::Assessment> evaluation_of(
    const Run& run, const std::optional<Analysis>& analysis,
    const std::optional<measure::ValueMetrics>& values) {
  auto evaluation = logged_evaluation(run);
  if (!evaluation || !is_measured(evaluation->score)) return {};
  if (run.test) add_test(*evaluation, run, analysis, values);
  if (!evaluation->score.errors)
    evaluation->accuracy_interval = accuracy_interval(evaluation->score);
  evaluation->gap = gap_of(run, evaluation->weights);
  return evaluation;
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
  }
  s.epochs_done = run.epochs.empty() ? 0 : run.epochs.back().epoch;
  s.steps_done = run.steps_done();
  s.seconds = run.seconds();
  s.evaluation = evaluation_of(run, analysis, values);
  s.early_stop = run.early_stop;
  return s;
}

Summary summary(const std::filesystem::path& run_directory) {
  Run run = read_run(run_directory);
  const auto analysis = analyze(run);
  const auto values = analyze_regression(run);
  return summary(run, analysis, values);
}

nlohmann::json to_json(const Summary& summary) {
  return io::json_of(summary);
}

std::string split_text(const std::string& split) {
  return split == "train" ? "training" : split;
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
  if (!s.evaluation) return text;
  const auto& score = s.evaluation->score;
  const auto basis =
      fmt::format("{} {} images, {}", count_text(score.count), split_text(s.evaluation->split),
                  weights_text(s.evaluation->weights, s.averaging));
  if (score.errors)
    text += fmt::format("\nerrors  {} on {}, loss {}", errors_text(*score.errors), basis,
                        significant_text(score.loss));
  else
    text += fmt::format("\naccuracy  {} on {} (95 % interval {}), loss {}",
                        percent_text(score.accuracy, score.count), basis,
                        interval_text(*s.evaluation->accuracy_interval, score.count),
                        significant_text(score.loss));
  if (const auto& g = s.evaluation->gap)
    text += fmt::format(
        "\ngap  {} in loss{} (training against validation, epoch {}, {})", difference_text(g->loss),
        g->of_values() ? "" : fmt::format(", {} in accuracy", points_text(g->accuracy)), *g->epoch,
        weights_text(s.evaluation->weights, s.averaging));
  return text;
}

}  // namespace temper::report
