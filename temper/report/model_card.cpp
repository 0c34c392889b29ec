#include "temper/report/model_card.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/core/version.h"
#include "temper/report/markdown.h"
#include "temper/report/number.h"
#include "temper/report/study_text.h"

namespace temper::report {
namespace {

constexpr std::size_t kNamed = 30;  // classes that are listed

/// "cat, dog, owl and 97 others".
std::string listed(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  for (const auto& name : std::span(names).first(std::min(names.size(), kNamed)))
    shown.push_back(markdown(name));
  auto text = fmt::format("{}", fmt::join(shown, ", "));
  if (names.size() > kNamed) text += fmt::format(" and {} others", names.size() - kNamed);
  return text;
}

bool is_regression(const train::Started& start) {
  return !start.values.empty();
}

std::string head(const ReportData& facts) {
  const auto& start = *facts.run.start;
  const auto task =
      is_regression(start)
          ? fmt::format("predicts {} of a picture: {}", counted(std::ssize(start.values), "value"),
                        listed(start.values))
          : fmt::format("assigns a picture to one of {} classes: {}",
                        count_text(std::ssize(start.classes)), listed(start.classes));
  return fmt::format(
      "# {}\n\nA convolutional network that {}. It has {} parameters and needs {} multiply-adds "
      "for "
      "a picture of {} x {} pixels. Trained with temper {}.\n",
      markdown(facts.summary.name), task, large_text(start.parameters),
      large_text(start.multiply_adds), start.height, start.width, kVersion);
}

std::string intended_use() {
  return "\n## Intended use\n\nPictures like those it was trained and tested on. The figures below "
         "say "
         "nothing about pictures from other sources, of other things or of particular groups of "
         "people: these have not been measured.\n\n[Describe who uses it for what, and what it "
         "must "
         "not be used for.]\n";
}

struct Row {
  std::string measure;
  std::string value;
  std::string interval;
};

std::string table(const std::vector<Row>& rows) {
  Grid grid{
      .title = "",
      .columns = {
          {.title = "measure", .left = true}, {.title = "value"}, {.title = "95 % interval"}}};
  for (const auto& row : rows) grid.rows.push_back({{row.measure}, {row.value}, {row.interval}});
  return markdown_table(grid);
}

void add_class_figures(const ReportData& facts, const evaluate::Assessment& evaluation,
                       std::vector<Row>& rows) {
  const auto count = evaluation.score.count;
  rows.push_back(
      {"accuracy", percent_text(evaluation.score.accuracy, count),
       evaluation.accuracy_interval ? interval_text(*evaluation.accuracy_interval, count) : ""});
  if (!facts.analysis) return;
  const auto& a = *facts.analysis;
  if (const auto top = a.top_k())
    rows.push_back({fmt::format("top-{} accuracy", a.k), percent_text(*top, a.images), ""});
  rows.push_back({"negative log-likelihood, nats", significant_text(a.nll),
                  fmt::format("{} to {}", significant_text(a.nll_bootstrap.low),
                              significant_text(a.nll_bootstrap.high))});
  rows.push_back({"Brier score", significant_text(a.brier), ""});
  rows.push_back({"expected calibration error (15 bins of equal width)",
                  percent_text(a.calibration.width, a.images), ""});
  if (a.scaled)
    rows.push_back({fmt::format("the same at temperature {:.3g}", a.scaled->temperature.fit.value),
                    percent_text(a.scaled->calibration.width, a.images), ""});
}

/// The class that is recognized least, of those with images.
std::string weakest_class(const ReportData& facts) {
  if (!facts.analysis) return "";
  const auto& counts = facts.analysis->counts;
  std::optional<std::size_t> weakest;
  for (std::size_t c = 0; c < counts.size(); ++c)
    if (const auto recall = counts[c].recall();
        recall && (!weakest || *recall < *counts[*weakest].recall()))
      weakest = c;
  if (!weakest) return "";
  const auto& worst = counts[*weakest];
  return fmt::format(
      "\nThe class with the lowest recall is {}: {} of its {} images are recognized.\n",
      markdown(facts.run.class_name(static_cast<std::int64_t>(*weakest))),
      percent_text(*worst.recall(), worst.labelled), count_text(worst.labelled));
}

std::string figures(const ReportData& facts) {
  const auto& evaluation = *facts.summary.evaluation;
  const auto& score = evaluation.score;
  std::vector<Row> rows;
  if (score.errors) {
    rows.push_back({"coefficient of determination (R2)", significant_text(score.errors->r2), ""});
    rows.push_back({"root mean squared error", significant_text(score.errors->rmse), ""});
    rows.push_back({"mean absolute error", significant_text(score.errors->mae), ""});
  } else {
    add_class_figures(facts, evaluation, rows);
  }
  auto text = fmt::format(
      "\n## Figures\n\nOn {} {} images, with the {}. The intervals cover the choice of the images, "
      "not "
      "that of the seed.\n\n{}",
      count_text(score.count), split_text(evaluation.split),
      weights_text(evaluation.weights, facts.summary.averaging), table(rows));
  return text + weakest_class(facts);
}

/// A fence that does not occur in the text.
std::string fence(std::string_view text) {
  std::string marks = "```";
  while (text.find(marks) != std::string_view::npos) marks += '`';
  return marks;
}

std::string training(const ReportData& facts) {
  const auto& start = *facts.run.start;
  auto text = fmt::format(
      "\n## Data and training\n\n{} training images, {} for validation, {} for the test. {} in {}, "
      "batches of {} images. Fingerprint of recipe and data: `{}`.\n\n[Say where the pictures are "
      "from, under which license, and who labeled them.]\n",
      count_text(start.train_images), count_text(start.validation_images),
      count_text(start.test_images), counted(facts.summary.steps_done, "step"),
      std::isfinite(facts.summary.seconds) ? duration_text(facts.summary.seconds) : "unknown time",
      start.batch, start.fingerprint);
  if (!facts.run.recipe.empty())
    text += fmt::format(
        "\nThe recipe, which gives the same weights with the same version, instruction set and "
        "number "
        "of threads:\n\n{}toml\n{}{}\n",
        fence(facts.run.recipe), facts.run.recipe, fence(facts.run.recipe));
  return text;
}

}  // namespace

std::string model_card(const ReportData& facts) {
  const auto& run = facts.run;
  if (!run.start || !run.end || !facts.summary.evaluation) return "";
  return head(facts) + intended_use() + figures(facts) + training(facts);
}

}  // namespace temper::report
