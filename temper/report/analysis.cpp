#include "temper/report/analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "temper/core/error.h"
#include "temper/measure/likelihood.h"

namespace temper::report {
namespace {

void add_problem(Run& run, const Error& error) {
  run.problems.emplace_back(error.within({.file = "predictions.safetensors"}).what());
}

Analysis measured(const Predictions& p) {
  return {measure::figures(p.logits, p.labels), measure::confidence(p.logits), p.logits.argmax(1),
          std::nullopt};
}

/// The test figures at the temperature that was fitted for the tested weights, with the same
/// test-time augmentation.
std::optional<evaluate::Scaled> at_temperature(Run& run) {
  const auto file = run.weights_file();
  if (!run.test || !std::filesystem::exists(file)) return {};
  try {
    const auto& tta = run.test->test_time;
    const auto temperature = train::saved_temperature(run.directory, run.test->weights, file,
                                                      tta ? tta->options : "none");
    if (temperature)
      return evaluate::scaled(run.predictions->logits, run.predictions->labels, *temperature);
  } catch (const Error& error) {
    run.problems.emplace_back(error.what());
  }
  return {};
}

/// The log and the predictions are written at different times: a page must not mix two runs.
void compare(Run& run, const Analysis& a) {
  if (!run.test || run.test->score.count == 0) return;
  if (run.test->score.count != a.images || std::abs(run.test->score.accuracy - a.accuracy()) > 1e-6)
    run.problems.push_back(
        fmt::format("predictions.safetensors has {} of {} images correct, but the log says "
                    "accuracy {:.6f} over {} images: they are from different runs",
                    a.correct, a.images, run.test->score.accuracy, run.test->score.count));
}

void compare(Run& run, const measure::ValueMetrics& figures) {
  if (!run.test || run.test->score.count == 0) return;
  const auto& score = run.test->score;
  if (score.count == figures.images && std::abs(score.loss - figures.loss) <= 1e-6 * figures.loss)
    return;
  run.problems.push_back(fmt::format(
      "predictions.safetensors has a loss of {:.6g} over {} images, but the log says {:.6g} over "
      "{}: they are from different runs",
      figures.loss, figures.images, score.loss, score.count));
}

}  // namespace

std::optional<Analysis> analyze(Run& run) {
  if (!run.predictions || run.predictions->values) return {};
  try {
    auto analysis = measured(*run.predictions);
    analysis.scaled = at_temperature(run);
    compare(run, analysis);
    return analysis;
  } catch (const Error& error) {
    add_problem(run, error);
    return {};
  }
}

std::optional<measure::ValueMetrics> analyze_regression(Run& run) {
  if (!run.predictions || !run.predictions->values) return {};
  try {
    auto figures = measure::value_metrics(*run.predictions->values);
    compare(run, figures);
    return figures;
  } catch (const Error& error) {
    add_problem(run, error);
    return {};
  }
}

std::vector<Confusion> confusions(const Analysis& analysis) {
  std::vector<Confusion> found;
  for (std::int64_t label = 0; label < analysis.classes; ++label)
    for (std::int64_t other = 0; other < analysis.classes; ++other)
      if (const auto count = analysis.confused(label, other); label != other && count > 0)
        found.push_back({label, other, count});
  std::stable_sort(found.begin(), found.end(),
                   [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  return found;
}

std::vector<std::int64_t> most_confused_classes(const Analysis& analysis, std::size_t limit) {
  std::set<std::int64_t> chosen;
  if (static_cast<std::size_t>(analysis.classes) <= limit) {
    for (std::int64_t i = 0; i < analysis.classes; ++i) chosen.insert(i);
  } else {
    for (const auto& confusion : confusions(analysis)) {
      const auto fresh = static_cast<std::size_t>(!chosen.contains(confusion.label)) +
                         static_cast<std::size_t>(!chosen.contains(confusion.predicted_class));
      if (chosen.size() + fresh <= limit)
        chosen.insert({confusion.label, confusion.predicted_class});
    }
  }
  return {chosen.begin(), chosen.end()};
}

}  // namespace temper::report
