#include "temper/report/comparison_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "temper/core/printable.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"
#include "temper/report/csv_line.h"
#include "temper/report/markdown.h"
#include "temper/report/number.h"
#include "temper/report/run_list_text.h"
#include "temper/report/study_text.h"

namespace temper::report {
namespace {

using Json = nlohmann::json;

std::string of_images(const std::optional<measure::Interval>& interval) {
  return interval ? fmt::format("{} to {}", significant_text(interval->low),
                                significant_text(interval->high))
                  : std::string();
}

GridCell accuracy_cell(std::int64_t correct, std::int64_t images) {
  return {percent_text(static_cast<double>(correct) / static_cast<double>(images), images),
          interval_text(measure::wilson(correct, images), images)};
}

bool is_regression(const Comparison& comparison) {
  return std::ranges::any_of(comparison.runs, [](const auto& one) {
    return one.summary.evaluation && one.summary.evaluation->score.errors;
  });
}

GridCell quality_cell(const ComparedRun& one) {
  const auto& evaluation = *one.summary.evaluation;
  const auto& score = evaluation.score;
  if (score.errors)
    return {significant_text(score.errors->r2), "RMSE " + significant_text(score.errors->rmse)};
  return {percent_text(score.accuracy, score.count),
          interval_text(*evaluation.accuracy_interval, score.count)};
}

/// Of one run.
std::vector<GridCell> results_row(const ComparedRun& one) {
  const auto& s = one.summary;
  std::vector<GridCell> row{{one.label}};
  if (s.evaluation) {
    const auto& e = *s.evaluation;
    row.push_back({split_text(e.split)});
    row.push_back(quality_cell(one));
    row.push_back({significant_text(e.score.loss), of_images(e.loss_bootstrap)});
    row.push_back({e.calibration ? percent_text(e.calibration->width, e.score.count) : "–"});
    row.push_back({e.brier ? significant_text(*e.brier) : "–", of_images(one.brier_interval)});
    row.push_back({e.gap ? difference_text(e.gap->loss) : "–"});
  } else {
    row.insert(row.end(), 6, GridCell{"–"});
  }
  row.push_back({fmt::format("{}/{}", s.epochs_done, s.epochs)});
  row.push_back({std::isfinite(s.seconds) ? duration_text(s.seconds) : "–"});
  row.push_back({count_text(s.parameters)});
  row.push_back({large_text(s.multiply_adds)});
  return row;
}

std::vector<GridCell> ensemble_row(const measure::Metrics& m) {
  return {{"all together"},
          {"test"},
          accuracy_cell(m.correct, m.images),
          {significant_text(m.nll), of_images(m.nll_bootstrap)},
          {percent_text(m.calibration.width, m.images)},
          {significant_text(m.brier)},
          {"–"},
          {"–"},
          {"–"},
          {"–"},
          {"–"}};
}

std::string pair_text(const Comparison& comparison, const ComparedPair& pair) {
  return fmt::format("{}, {}", comparison.runs[pair.first].label,
                     comparison.runs[pair.second].label);
}

std::vector<GridCell> pair_row(const Comparison& c, const ComparedPair& pair) {
  std::vector<GridCell> row{
      {pair_text(c, pair)},
      {count_text(pair.both)},
      {count_text(pair.test.only_a)},
      {count_text(pair.test.only_b)},
      {count_text(pair.neither)},
      {points_text(pair.difference),
       signed_interval({100 * pair.interval.low, 100 * pair.interval.high}, 2)},
      {p_text(pair.test.exact_p), fmt::format("χ² {}", p_text(pair.test.chi_squared_p))}};
  if (c.pairs.size() > 1) row.push_back({p_text(pair.adjusted_p)});
  row.push_back({percent_text(pair.agreement.share, c.images)});
  row.push_back(
      {fmt::format("{:.3f}", pair.agreement.kappa),
       fmt::format("{:.3f} to {:.3f}", pair.agreement.interval.low, pair.agreement.interval.high)});
  row.push_back(accuracy_cell(pair.ensemble.correct, pair.ensemble.images));
  return row;
}

/// The recall of each run; NaN without images of the class.
std::vector<double> recalls(const Comparison& comparison, std::size_t label) {
  std::vector<double> list;
  for (const auto& one : comparison.runs) {
    const auto& count = one.analysis->counts[label];
    list.push_back(count.labelled > 0
                       ? static_cast<double>(count.correct) / static_cast<double>(count.labelled)
                       : kMissing);
  }
  return list;
}

double spread(const std::vector<double>& numbers) {
  const auto [low, high] = std::ranges::minmax(numbers);
  return std::isfinite(high - low) ? high - low : -1;
}

/// Largest differences first where there are many classes.
std::vector<std::size_t> shown_classes(const Comparison& comparison) {
  constexpr std::size_t kMostClasses = 30;
  std::vector<std::size_t> classes(comparison.runs.front().analysis->counts.size());
  std::iota(classes.begin(), classes.end(), std::size_t{0});
  if (classes.size() <= kMostClasses) return classes;
  std::ranges::stable_sort(classes, std::ranges::greater{},
                           [&](std::size_t label) { return spread(recalls(comparison, label)); });
  classes.resize(kMostClasses);
  return classes;
}

std::string image_name(const DisputedImage& image, const std::vector<std::string>& names) {
  return names.empty() ? std::to_string(image.row) : names.at(static_cast<std::size_t>(image.row));
}

std::vector<Grid> grids(const Comparison& comparison) {
  std::vector<Grid> list{recipe_grid(comparison, true), recipe_grid(comparison, false),
                         results_grid(comparison), pairs_grid(comparison)};
  std::erase_if(list, [](const Grid& grid) { return grid.rows.empty(); });
  return list;
}

std::vector<std::string> sentences(const Comparison& comparison) {
  auto list = comparison.notes;
  for (auto& sentence : method_sentences(comparison)) list.push_back(std::move(sentence));
  return list;
}

Json metrics_json(const measure::Metrics& m) {
  return {{"accuracy", m.accuracy()},
          {"accuracy_interval", io::json_of(m.accuracy_interval)},
          {"loss", m.nll},
          {"loss_bootstrap_interval", io::json_of(m.nll_bootstrap)},
          {"brier", m.brier},
          {"calibration_error", io::json_of(m.calibration)}};
}

Json pair_json(const Comparison& comparison, const ComparedPair& pair) {
  return {{"first", comparison.runs[pair.first].label},
          {"second", comparison.runs[pair.second].label},
          {"both", pair.both},
          {"neither", pair.neither},
          {"mcnemar", io::json_of(pair.test)},
          {"adjusted_p", pair.adjusted_p},
          {"difference", pair.difference},
          {"difference_interval", io::json_of(pair.interval)},
          {"agreement", io::json_of(pair.agreement)},
          {"ensemble", metrics_json(pair.ensemble)}};
}

std::string json(const Comparison& comparison) {
  auto runs = Json::array(), recipe = Json::array(), pairs = Json::array();
  for (const auto& one : comparison.runs) {
    auto object = to_json(one.summary);
    object["run"] = one.run.directory.string();
    object["label"] = one.label;
    if (one.brier_interval) object["brier_bootstrap_interval"] = io::json_of(*one.brier_interval);
    runs.push_back(std::move(object));
  }
  for (const auto& option : comparison.recipe)
    recipe.push_back({{"key", option.key},
                      {"values", option.values},
                      {"changes_results", option.changes_results}});
  for (const auto& pair : comparison.pairs) pairs.push_back(pair_json(comparison, pair));
  Json object{{"runs", std::move(runs)},
              {"recipe", std::move(recipe)},
              {"images", comparison.images},
              {"pairs", std::move(pairs)},
              {"notes", comparison.notes}};
  if (comparison.ensemble) object["ensemble"] = metrics_json(*comparison.ensemble);
  return io::json_text(object, 2) + "\n";
}

std::string csv(const Comparison& comparison) {
  std::string text;
  for (const auto& one : comparison.runs) {
    CsvLine line;
    line.add("run", one.run.directory.string());
    add_results(line, one.summary);
    text += (text.empty() ? line.names() : "") + line.values();
  }
  return text;
}

}  // namespace

Grid recipe_grid(const Comparison& comparison, bool changes_results) {
  Grid grid{.title = changes_results ? "Differences of the recipes, options that change results"
                                     : "Differences of the recipes, other options",
            .columns = {{"option", true}},
            .rows = {}};
  for (const auto& one : comparison.runs) grid.columns.push_back({one.label, true});
  for (const auto& option : comparison.recipe) {
    if (option.changes_results != changes_results) continue;
    auto& row = grid.rows.emplace_back();
    row.push_back({option.key});
    for (const auto& value : option.values) row.push_back({value.empty() ? "–" : value});
  }
  return grid;
}

Grid results_grid(const Comparison& comparison) {
  Grid grid{.title = "Results",
            .columns = {{"run", true},
                        {"of", true},
                        {is_regression(comparison) ? "R²" : "accuracy"},
                        {"loss"},
                        {"ECE"},
                        {"Brier score"},
                        {"gap in loss"},
                        {"epochs"},
                        {"time"},
                        {"parameters"},
                        {"multiply-adds"}},
            .rows = {}};
  for (const auto& one : comparison.runs) grid.rows.push_back(results_row(one));
  if (comparison.ensemble) grid.rows.push_back(ensemble_row(*comparison.ensemble));
  return grid;
}

Grid pairs_grid(const Comparison& comparison) {
  Grid grid{.title = "Image by image",
            .columns = {{"first, second", true},
                        {"both right"},
                        {"only the first"},
                        {"only the second"},
                        {"neither"},
                        {"second − first"},
                        {"McNemar's p"}},
            .rows = {}};
  if (comparison.pairs.size() > 1) grid.columns.push_back({"adjusted"});
  for (const auto* title : {"agreement", "kappa", "mean of both"}) grid.columns.push_back({title});
  for (const auto& pair : comparison.pairs) grid.rows.push_back(pair_row(comparison, pair));
  return grid;
}

Grid classes_grid(const Comparison& comparison) {
  Grid grid{.title = "Recall by class", .columns = {{"class", true}, {"images"}}, .rows = {}};
  if (comparison.images == 0) return grid;
  for (const auto& one : comparison.runs) grid.columns.push_back({one.label});
  grid.columns.push_back({"largest difference"});
  const auto& first = comparison.runs.front();
  for (const auto label : shown_classes(comparison)) {
    const auto images = first.analysis->counts[label].labelled;
    if (images == 0) continue;
    const auto of_runs = recalls(comparison, label);
    auto& row = grid.rows.emplace_back();
    row.push_back({first.run.class_name(static_cast<std::int64_t>(label))});
    row.push_back({count_text(images)});
    for (const double recall : of_runs) row.push_back({percent_text(recall, images)});
    row.push_back({points_text(spread(of_runs))});
  }
  return grid;
}

Grid images_grid(const Comparison& comparison, const std::vector<std::string>& names,
                 std::size_t limit) {
  Grid grid{.title = "Images that one gets right and another wrong",
            .columns = {{"image", true}, {"class", true}},
            .rows = {}};
  for (const auto& one : comparison.runs) grid.columns.push_back({one.label, true});
  for (const auto& image : most_disputed(comparison, limit)) {
    const auto& run = comparison.runs.front().run;
    auto& row = grid.rows.emplace_back();
    row.push_back({image_name(image, names)});
    row.push_back({run.class_name(image.label)});
    for (std::size_t i = 0; i < image.predicted.size(); ++i)
      row.push_back(
          {image.predicted[i] == image.label ? "right" : run.class_name(image.predicted[i]),
           percent_text(image.confidence[i], 1)});
  }
  return grid;
}

std::vector<std::string> method_sentences(const Comparison& comparison) {
  std::vector<std::string> list;
  if (comparison.recipe.empty()) list.emplace_back("The recipes are the same.");
  if (comparison.images == 0) return list;
  list.push_back(fmt::format(
      "All runs were tested on the same {}. Intervals are for other images and these very runs: "
      "of accuracies Wilson's, of losses, Brier scores and differences by bootstrap, all 95%. The "
      "calibration error (ECE, 15 bins of equal width) has none, as resampled images raise it.",
      counted(comparison.images, "image")));
  list.emplace_back(
      "McNemar's test asks whether two runs are equally often right, by the images that one of "
      "them alone classifies rightly: exact, and below it with the chi-squared approximation and "
      "its continuity correction. It says nothing about other seeds: temper ablate does.");
  if (comparison.pairs.size() > 1)
    list.push_back(fmt::format("Adjusted: by Holm, among the {} pairs.", comparison.pairs.size()));
  list.emplace_back(
      "Agreement is the share of images for which both predict the same class, Cohen's kappa the "
      "same beyond chance; the last column is the accuracy of the mean of both's probabilities.");
  return list;
}

std::string to_text(const Comparison& comparison, TableFormat format) {
  if (format == TableFormat::csv) return csv(comparison);
  if (format == TableFormat::json) return json(comparison);
  const bool for_markdown = format == TableFormat::markdown;
  std::string text;
  for (const auto& grid : grids(comparison))
    text += for_markdown ? fmt::format("**{}**\n\n{}\n", markdown(grid.title), markdown_table(grid))
                         : fmt::format("{}\n{}\n", grid.title, terminal_table(grid));
  for (const auto& sentence : sentences(comparison))
    text += for_markdown ? fmt::format("- {}\n", markdown(sentence))
                         : fmt::format("{}\n", printable(sentence));
  return text;
}

std::string images_csv(const Comparison& comparison, const std::vector<std::string>& names) {
  const auto line_of = [&](const DisputedImage& image, const std::string& name) {
    CsvLine line;
    line.add("image", name);
    line.add("label", comparison.runs.front().run.class_name(image.label));
    for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
      const auto& one = comparison.runs[i];
      line.add(one.label, one.run.class_name(image.predicted[i]));
      line.add(one.label + ", probability", image.confidence[i]);
    }
    return line;
  };
  const auto runs = comparison.runs.size();
  const DisputedImage none{.predicted = std::vector<std::int64_t>(runs, 0),
                           .confidence = std::vector<double>(runs, 0)};
  auto text = line_of(none, "").names();
  for (const auto& image : disputed_images(comparison))
    text += line_of(image, image_name(image, names)).values();
  return text;
}

}  // namespace temper::report
