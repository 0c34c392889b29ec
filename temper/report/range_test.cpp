#include "temper/report/range_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "temper/report/assets.h"
#include "temper/report/document.h"
#include "temper/report/elements.h"
#include "temper/report/html.h"
#include "temper/report/line_plot.h"
#include "temper/report/number.h"

namespace temper::report {
namespace {

using tune::LrRule;
using tune::RangePoint;
using tune::RangeTest;

constexpr std::size_t kRows = 24;
constexpr double kLongestBar = 40;

constexpr std::string_view kScript =
    R"("use strict";
addFrame(() => {}, { curve: "Curve", suggestions: "Suggestions", method: "Method" });
)";

struct Rule {
  LrRule rule;
  std::string_view title;
  std::string_view meaning;
};
constexpr std::array<Rule, 2> kRules{
    {{LrRule::steepest_descent, "steepest descent",
      "where the smoothed loss falls fastest per factor of the learning rate: \"steep\" of "
      "fastai's "
      "lr_find"},
     {LrRule::minimum_tenth, "minimum / 10",
      "a tenth of the learning rate with the lowest smoothed loss: \"minimum\" of fastai's "
      "lr_find"}}};

std::string rate_text(const std::optional<double>& lr) {
  return lr ? fmt::format("{:.3g}", *lr) : "none";
}

double lowest(const RangeTest& test) {
  return std::ranges::min(test.points, {}, &RangePoint::smoothed).smoothed;
}

/// How the test ended, and with which learning rates.
std::vector<std::string> notes_of(const RangeTest& test) {
  std::vector<std::string> notes;
  if (test.diverged)
    notes.push_back(fmt::format(
        "The test ended after {} of {} steps, at a learning rate of {:.3g}: the loss was not "
        "finite, or more than {:g} times the lowest smoothed one.",
        test.points.size(), test.options.steps,
        test.points.empty() ? test.options.low : test.points.back().lr, test.options.divergence));
  else
    notes.emplace_back(
        "The loss did not diverge: the highest learning rate may be too low for the test.");
  if (!test.suggestions.minimum_tenth)
    notes.emplace_back("Too few steps before that for a suggestion: begin at a lower rate.");
  else if (!test.suggestions.steepest_descent)
    notes.emplace_back("The smoothed loss falls nowhere, so there is no steepest descent.");
  if (test.scaling != 1)
    notes.push_back(
        fmt::format("Learning rates are those of the recipe, which lr_scaling "
                    "multiplies by {:g}.",
                    test.scaling));
  return notes;
}

Html headline(const RangeTest& test) {
  const auto& found = test.suggestions;
  const Html big =
      found.steepest_descent
          ? html(
                R"(<p class="big">{}</p><p class="what">learning rate at the steepest descent</p>)",
                rate_text(found.steepest_descent))
          : html(R"(<p class="headline none">No learning rate is suggested.</p>)");
  Html facts = fact("Minimum / 10", rate_text(found.minimum_tenth), "of the smoothed loss");
  if (test.current)
    facts += fact("In the recipe", rate_text(test.current), "the highest of the run");
  facts +=
      fact("Steps", count_text(std::ssize(test.points)), fmt::format("of {}", test.options.steps));
  return html(
      R"(<header><p class="kicker">Learning rate range test</p><h1 class="name">{}</h1><p class="status">from
        {} to {}</p></header><div class="hero"><div class="headline">{}</div><dl class="facts">{}</dl></div>)",
      test.name, rate_text(test.options.low), rate_text(test.options.high), big, facts);
}

Html curve(const RangeTest& test) {
  LinePlot plot{.title = "Loss by learning rate",
                .x_name = "learning rate",
                .y_name = "training loss",
                .lines = {{.name = "loss of the batch", .style = "thin", .points = {}},
                          {.name = "smoothed loss", .style = "bold", .points = {}}},
                .marks = {}};
  for (const auto& point : test.points) {
    plot.lines[0].points.emplace_back(point.lr, point.loss);
    plot.lines[1].points.emplace_back(point.lr, point.smoothed);
  }
  if (!test.points.empty()) {
    const auto first = std::max(test.points.front().smoothed, test.points.front().loss);
    plot.highest = lowest(test) + 2 * (first - lowest(test));
  }
  for (const auto& rule : kRules)
    if (const auto lr = test.suggestions.of(rule.rule))
      if (!test.points.empty() && *lr >= test.points.front().lr && *lr <= test.points.back().lr)
        plot.marks.push_back({*lr, std::string(rule.title)});
  return html(
      R"(<section id="curve"><h2>Curve</h2><figure>{}<figcaption>Loss of each batch (thin) and smoothed
        loss (bold). Losses beyond twice the fall are cut off.</figcaption></figure></section>)",
      line_plot(plot));
}

Html suggestions(const RangeTest& test) {
  Html rows;
  for (const auto& rule : kRules)
    rows += html(R"(<tr><th scope="row">{}</th><td>{}</td><td class="text">{}</td></tr>)",
                 rule.title, rate_text(test.suggestions.of(rule.rule)), rule.meaning);
  return html(
      R"(<section id="suggestions"><h2>Suggestions</h2><div class="scroll" tabindex="0"><table><thead><tr><th
        scope="col">Rule</th><th scope="col">Learning rate</th><th scope="col">What it
        is</th></tr></thead><tbody>{}</tbody></table></div></section>)",
      rows);
}

Html method(const RangeTest& test) {
  return html(
      R"(<section id="method"><h2>Method</h2><p class="lead">The range test of Smith, “Cyclical learning
        rates for training neural networks” (2017), with the exponential growth of fastai's lr_find.
        The smoothed loss is the exponentially weighted mean with β = {} and bias correction. The
        first {} points and the last five are left out of the suggestions. The loss is that of the
        training batches; no validation or test image takes part.</p></section>)",
      fmt::format("{:g}", test.options.smoothing), test.options.steps / 10);
}

}  // namespace

std::string range_test_text(const RangeTest& test) {
  auto text = fmt::format("Learning rate range test of {}: {} steps from {:.3g} to {:.3g}\n\n",
                          test.name, test.options.steps, test.options.low, test.options.high);
  if (!test.points.empty()) {
    text += "learning rate      loss  smoothed\n";
    const double low = lowest(test);
    const double start = test.points.front().smoothed;
    const double span = std::max(start - low, 1e-12);
    const auto stride = std::max<std::size_t>(1, (test.points.size() + kRows - 1) / kRows);
    for (std::size_t i = 0; i < test.points.size(); i += stride) {
      const auto& point = test.points[i];
      const double part = std::clamp((point.smoothed - low) / (1.25 * span), 0.0, 1.0);
      text +=
          fmt::format("{:>13.3g}  {:>8.4f}  {:>8.4f}  {}\n", point.lr, point.loss, point.smoothed,
                      std::string(static_cast<std::size_t>(std::lround(part * kLongestBar)), '#'));
    }
    text += "\n";
  }
  for (const auto& note : notes_of(test)) text += note + "\n";
  for (const auto& rule : kRules)
    text += fmt::format("{:<17} {:>9}  {}\n", rule.title, rate_text(test.suggestions.of(rule.rule)),
                        rule.meaning);
  if (test.current)
    text += fmt::format("{:<17} {:>9}  the highest of the run\n", "in the recipe",
                        rate_text(test.current));
  return text;
}

std::string range_test_csv(const RangeTest& test) {
  std::string text = "step,lr,loss,smoothed_loss\n";
  for (const auto& point : test.points)
    text += fmt::format("{},{},{},{}\n", point.step, point.lr, point.loss, point.smoothed);
  return text;
}

std::string range_test_page(const RangeTest& test) {
  auto contents = headline(test);
  Html notes;
  for (const auto& note : notes_of(test)) notes += html("<li>{}</li>", note);
  contents += html(R"(<ul class="notices" aria-label="Notices">{}</ul>)", notes);
  contents += curve(test);
  contents += suggestions(test);
  contents += method(test);
  return document(test.name + ", learning rate range test", {assets::page_css, assets::study_css},
                  contents, nlohmann::json::object(), {assets::frame_js, kScript});
}

}  // namespace temper::report
