#include "temper/report/search.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "temper/io/format/csv.h"
#include "temper/report/assets.h"
#include "temper/report/document.h"
#include "temper/report/elements.h"
#include "temper/report/html.h"
#include "temper/report/line_plot.h"
#include "temper/report/number.h"
#include "temper/report/parallel_plot.h"
#include "temper/tune/setting.h"

namespace temper::report {
namespace {

using tune::Distribution;
using tune::Method;
using tune::Metric;
using tune::SearchTable;
using tune::Tried;

constexpr std::size_t kShownInText = 20;

constexpr std::string_view kScript =
    R"("use strict";
addFrame(() => {}, { plot: "Parallel coordinates", trials: "Trials", method: "Method" });
)";

std::string metric_name(const SearchTable& table) {
  if (table.metric == Metric::loss) return "validation loss";
  return table.regression ? "validation R2" : "validation accuracy";
}

bool is_accuracy(const SearchTable& table) {
  return table.metric == Metric::accuracy && !table.regression;
}

std::string score_text(const SearchTable& table, const std::optional<double>& score) {
  if (!score) return "diverged";
  return is_accuracy(table) ? fmt::format("{:.2f}", 100 * *score) : fmt::format("{:.4f}", *score);
}

std::string unit_of(const SearchTable& table) {
  return is_accuracy(table) ? " in %" : "";
}

std::string epochs_text(const SearchTable& table, const Tried& tried) {
  if (tried.rungs.empty()) return "";
  const auto epochs = tried.rungs.back().epochs;
  return table.method == Method::asha ? fmt::format("{}", epochs) : "all";
}

std::string state_text(const SearchTable& table, const Tried& tried) {
  return tried.rungs.empty() ? "not run" : score_text(table, tried.score());
}

/// "0.03" -> 0.03; a whole number, too.
double number_of(const std::string& text) {
  return std::strtod(text.c_str(), nullptr);
}

double place_of(double value, double low, double high, bool logarithmic) {
  if (!(high > low)) return 0.5;
  return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
}

/// An axis, and where each trial is on it.
struct Dimension {
  ParallelPlot::Axis axis;
  std::vector<std::optional<double>> at;
};

Dimension choice_dimension(const SearchTable& table, std::size_t parameter) {
  Dimension made{.axis = {.name = table.parameters[parameter].option, .ticks = {}}, .at = {}};
  const auto choices = tune::choices_of(table.parameters[parameter]);
  const auto place = [&](std::size_t i) {
    return place_of(static_cast<double>(i), 0, static_cast<double>(choices.size()) - 1, false);
  };
  for (std::size_t i = 0; i < choices.size(); ++i)
    made.axis.ticks.push_back({place(i), choices[i]});
  for (const auto& tried : table.trials) {
    const auto found = std::ranges::find(choices, tried.values[parameter]);
    made.at.emplace_back(place(static_cast<std::size_t>(found - choices.begin())));
  }
  return made;
}

Dimension number_dimension(const std::string& name, double low, double high, bool logarithmic,
                           const std::vector<std::optional<double>>& values) {
  Dimension made{.axis = {.name = name, .ticks = {}}, .at = {}};
  std::vector<double> marks{low, high};
  if (logarithmic) {
    const auto last = static_cast<int>(std::floor(std::log10(high)));
    for (auto power = static_cast<int>(std::ceil(std::log10(low))); power <= last; ++power)
      if (const double mark = std::pow(10, power); mark > 1.3 * low && mark < high / 1.3)
        marks.push_back(mark);
  } else {
    const double margin = 0.06 * (high - low);
    for (const double mark : ticks(low, high))
      if (mark > low + margin && mark < high - margin) marks.push_back(mark);
  }
  for (const double mark : marks)
    made.axis.ticks.push_back(
        {place_of(mark, low, high, logarithmic), fmt::format("{:.3g}", mark)});
  for (const auto& value : values)
    made.at.push_back(value ? std::optional(place_of(*value, low, high, logarithmic))
                            : std::nullopt);
  return made;
}

Dimension dimension_of(const SearchTable& table, std::size_t i) {
  const auto& parameter = table.parameters[i];
  if (parameter.distribution == Distribution::choice) return choice_dimension(table, i);
  std::vector<std::optional<double>> values;
  for (const auto& tried : table.trials) values.emplace_back(number_of(tried.values[i]));
  return number_dimension(parameter.option, parameter.low, parameter.high,
                          parameter.distribution == Distribution::log_uniform, values);
}

/// The scores; those that diverged end before.
std::optional<Dimension> score_dimension(const SearchTable& table) {
  std::vector<std::optional<double>> values;
  std::vector<double> known;
  for (const auto& tried : table.trials) {
    auto score = tried.score();
    if (score && is_accuracy(table)) *score *= 100;
    if (score) known.push_back(*score);
    values.push_back(score);
  }
  if (known.empty()) return std::nullopt;
  const auto [low, high] = std::ranges::minmax(known);
  return number_dimension(metric_name(table), low, high, false, values);
}

ParallelPlot plot_of(const SearchTable& table) {
  std::vector<Dimension> dimensions;
  for (std::size_t i = 0; i < table.parameters.size(); ++i)
    dimensions.push_back(dimension_of(table, i));
  if (table.method == Method::asha) {
    std::vector<std::optional<double>> epochs;
    for (const auto& tried : table.trials)
      epochs.push_back(tried.rungs.empty()
                           ? std::nullopt
                           : std::optional(static_cast<double>(tried.rungs.back().epochs)));
    dimensions.push_back(number_dimension("epochs", static_cast<double>(table.rungs.front()),
                                          static_cast<double>(table.rungs.back()), true, epochs));
  }
  if (auto scores = score_dimension(table)) dimensions.push_back(std::move(*scores));
  ParallelPlot plot{.title = "Trials in parallel coordinates", .axes = {}, .lines = {}};
  for (const auto& one : dimensions) plot.axes.push_back(one.axis);
  const auto order = table.ranking();
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto& tried = table.trials[order[rank]];
    if (tried.rungs.empty()) continue;
    ParallelPlot::Line line{
        .title = fmt::format("trial {}: {} {}", tried.number + 1, metric_name(table),
                             score_text(table, tried.score())),
        .at = {},
        .strength = 1 - static_cast<double>(rank) / static_cast<double>(order.size()),
        .best = table.best == order[rank]};
    for (const auto& one : dimensions) line.at.push_back(one.at[order[rank]]);
    plot.lines.push_back(std::move(line));
  }
  return plot;
}

std::int64_t diverged(const SearchTable& table) {
  return std::ranges::count_if(table.trials, &Tried::diverged);
}

std::int64_t ended(const SearchTable& table) {
  return std::ranges::count_if(table.trials,
                               [](const Tried& tried) { return !tried.rungs.empty(); });
}

std::string method_text(const SearchTable& table) {
  if (table.method == Method::random)
    return "Random search (Bergstra and Bengio 2012): every trial is trained to its end.";
  return fmt::format(
      "Asynchronous successive halving (ASHA; Li et al. 2020): rungs at {} epochs; of the trials "
      "that have completed a rung the best one in {} goes on to the next.",
      fmt::join(table.rungs, ", "), table.eta);
}

constexpr std::string_view kCaution =
    "Scores are of the validation set; no trial saw the test set. That of the best of many trials "
    "is "
    "higher than what its setting reaches on new data: compare settings anew with several seeds "
    "(temper ablate).";

Html headline(const SearchTable& table) {
  const Html big =
      table.best ? html(R"(<p class="big">{}</p><p class="what">{} of the best trial, {}</p>)",
                        score_text(table, table.trials[*table.best].score()),
                        metric_name(table) + unit_of(table),
                        fmt::format("trial {}", table.trials[*table.best].number + 1))
                 : html(R"(<p class="headline none">No trial has a score yet.</p>)");
  Html facts = fact("Trials", count_text(ended(table)),
                    fmt::format("of {}, {} diverged", table.trials.size(), diverged(table)));
  facts += fact("Training time", duration_text(table.seconds), "one run after another");
  if (table.best) {
    const auto& best = table.trials[*table.best];
    for (std::size_t i = 0; i < table.parameters.size(); ++i)
      facts += fact(table.parameters[i].option, best.values[i], "in the best trial");
  }
  return html(
      R"(<header><p class="kicker">Search: {}</p><h1 class="name">{}</h1><p class="status">{}</p></header><div
        class="hero"><div class="headline">{}</div><dl class="facts">{}</dl></div>)",
      name_of(table.method), table.name, table.description, big, facts);
}

Html rows_of(const SearchTable& table) {
  Html rows;
  for (const auto index : table.ranking()) {
    const auto& tried = table.trials[index];
    Html cells;
    for (const auto& value : tried.values) cells += html(R"(<td class="text">{}</td>)", value);
    rows += html(R"(<tr><th scope="row">{}</th><td>{}</td><td>{}</td>{}</tr>)", tried.number + 1,
                 state_text(table, tried), epochs_text(table, tried), cells);
  }
  return rows;
}

Html trials(const SearchTable& table) {
  Html head;
  for (const auto& parameter : table.parameters)
    head += html(R"(<th scope="col" class="text">{}</th>)", parameter.option);
  return html(
      R"(<section id="trials"><h2>Trials</h2><div class="scroll" tabindex="0"><table class="study"><thead><tr><th
        scope="col">Trial</th><th scope="col">{}</th><th scope="col">Epochs</th>{}</tr></thead><tbody>{}</tbody></table></div></section>)",
      metric_name(table) + unit_of(table), head, rows_of(table));
}

}  // namespace

std::string search_text(const SearchTable& table) {
  auto text = fmt::format("{}: {} of {} trials, {} diverged\n\n", table.name, ended(table),
                          table.trials.size(), diverged(table));
  text += fmt::format("{:>5}  {:>10}  {:>6}  setting\n", "trial",
                      table.metric == Metric::loss ? "loss"
                      : table.regression           ? "R2"
                                                   : "accuracy",
                      "epochs");
  const auto order = table.ranking();
  for (std::size_t rank = 0; rank < std::min(order.size(), kShownInText); ++rank) {
    const auto& tried = table.trials[order[rank]];
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < tried.values.size(); ++i)
      parts.push_back(fmt::format("{} = {}", table.parameters[i].option, tried.values[i]));
    text += fmt::format("{:>5}  {:>10}  {:>6}  {}\n", tried.number + 1, state_text(table, tried),
                        epochs_text(table, tried), fmt::join(parts, ", "));
  }
  if (order.size() > kShownInText)
    text += fmt::format("and {} more\n", order.size() - kShownInText);
  return text + fmt::format("\n{}\n{}\n", method_text(table), kCaution);
}

std::string search_csv(const SearchTable& table) {
  std::vector<std::string> fields{"trial", "epochs", "score", "outcome", "fingerprint"};
  for (const auto& parameter : table.parameters) fields.push_back(parameter.option);
  auto text = io::csv_row(fields);
  for (const auto& tried : table.trials)
    for (const auto& rung : tried.rungs) {
      fields = {fmt::format("{}", tried.number + 1),
                rung.epochs > 0 ? fmt::format("{}", rung.epochs) : "",
                rung.score ? fmt::format("{}", *rung.score) : "",
                rung.score ? "finished" : "diverged", tried.fingerprint};
      fields.insert(fields.end(), tried.values.begin(), tried.values.end());
      text += io::csv_row(fields);
    }
  return text;
}

std::string search_page(const SearchTable& table) {
  auto contents = headline(table);
  if (!table.complete)
    contents += html(
        R"(<ul class="notices" aria-label="Notices"><li><strong>The search has not finished.</strong> The
          same command goes on.</li></ul>)");
  contents += html(
      R"(<section id="plot"><h2>Parallel coordinates</h2><figure>{}<figcaption>A line is a trial: its
        values, and where it ends on the right its score. Better trials are stronger; the best one
        is thick.</figcaption></figure></section>)",
      parallel_plot(plot_of(table)));
  contents += trials(table);
  contents += html(
      R"(<section id="method"><h2>Method</h2><p class="lead">{}</p><p class="lead">{}</p></section>)",
      method_text(table), kCaution);
  return document(table.name, {assets::page_css, assets::study_css}, contents,
                  nlohmann::json::object(), {assets::frame_js, kScript});
}

}  // namespace temper::report
