#include "temper/report/comparison_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "temper/report/assets.h"
#include "temper/report/comparison_text.h"
#include "temper/report/document.h"
#include "temper/report/number.h"
#include "temper/report/study_sections.h"

namespace temper::report {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostImages = 50;

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json point(const train::Score& score) {
  Json object{{"loss", finite(score.loss)}, {"accuracy", finite(score.accuracy)}};
  if (score.errors) object["r2"] = finite(score.errors->r2);
  return object;
}

/// The evaluations of the weights that the run is judged by.
Json curve(const ComparedRun& one) {
  auto epochs = Json::array();
  for (const auto& epoch : one.run.epochs) {
    const auto& scores =
        reported_weights(one.run, epoch) == "averaged" ? epoch.averaged : epoch.raw;
    if (!scores) continue;
    Json at{{"epoch", epoch.epoch},
            {"seconds", finite(epoch.seconds)},
            {"train", point(scores->train)}};
    if (scores->validation) at["validation"] = point(*scores->validation);
    epochs.push_back(std::move(at));
  }
  return {{"label", one.label}, {"epochs", std::move(epochs)}};
}

bool is_regression(const Comparison& comparison) {
  return std::ranges::any_of(comparison.runs, [](const auto& one) {
    return one.run.start && !one.run.start->values.empty();
  });
}

Json plots(const Comparison& comparison) {
  auto runs = Json::array();
  for (const auto& one : comparison.runs) runs.push_back(curve(one));
  return {{"runs", std::move(runs)}, {"quality", is_regression(comparison) ? "R²" : "Accuracy"}};
}

Html headline(const Comparison& comparison) {
  std::vector<std::string> labels;
  for (const auto& one : comparison.runs) labels.push_back(one.label);
  const auto images = comparison.images > 0 ? fmt::format("tested on the same {}",
                                                          counted(comparison.images, "image"))
                                            : std::string("not compared image by image");
  return html(
      R"(<header><p class="kicker">Comparison</p><h1 class="name">{}</h1><p
        class="status">{}, {}</p></header>)",
      fmt::format("{}", fmt::join(labels, ", ")), counted(std::ssize(labels), "run"), images);
}

Html notices(const Comparison& comparison) {
  Html list;
  for (const auto& note : comparison.notes) list += html("<li>{}</li>", note);
  if (list.markup.empty()) return {};
  return html(R"(<ul class="notices" aria-label="Notices">{}</ul>)", list);
}

/// Tables under one heading; empty markup where all are empty.
Html section(std::string_view id, std::string_view title, const std::vector<Html>& figures) {
  Html all;
  for (const auto& figure : figures) all += figure;
  if (all.markup.empty()) return {};
  return html(R"(<section id="{}" class="study"><h2>{}</h2>{}</section>)", id, title, all);
}

Html recipes(const Comparison& comparison) {
  const auto same = comparison.recipe.empty() ? html("<p>The recipes are the same.</p>") : Html{};
  return section("recipes", "Recipes",
                 {same, grid_figure(recipe_grid(comparison, true)),
                  grid_figure(recipe_grid(comparison, false))});
}

Html figure(std::string_view id, std::string_view title, std::string_view caption) {
  return html(
      R"(<figure><h3>{}</h3><div class="plot"><canvas id="{}" role="img" aria-label="{} of all runs
        over training"></canvas></div><figcaption>{}</figcaption></figure>)",
      title, id, title, caption);
}

Html curves(const Comparison& comparison) {
  const bool any =
      std::ranges::any_of(comparison.runs, [](const auto& one) { return !one.run.epochs.empty(); });
  if (!any) return {};
  return html(
      R"(<section id="curves"><h2>Curves</h2><div class="switch" role="group" aria-label="Horizontal
        axis" hidden><button type="button" data-over="epoch" aria-pressed="true">Epochs</button><button
        type="button" data-over="time" aria-pressed="false">Time</button></div><div
        class="pair">{}{}</div></section>)",
      figure("loss", "Loss",
             "Of the weights that each run is judged by. Solid: validation; dashed: training, "
             "measured alike, on a fixed part of the training images."),
      figure("quality", is_regression(comparison) ? "R²" : "Accuracy",
             "On the same images. A longer run is lower or higher at an epoch for its slower "
             "schedule alone: compare the ends."));
}

Html images(const Comparison& comparison, const std::vector<std::string>& names) {
  return section(
      "images", "Image by image",
      {grid_figure(pairs_grid(comparison)),
       grid_figure(images_grid(comparison, names, kMostImages),
                   names.empty() ? "The most confident mistakes first; images by their place in "
                                   "the test set, from 0."
                                 : "The most confident mistakes first.")});
}

Html method(const Comparison& comparison) {
  Html list;
  for (const auto& sentence : method_sentences(comparison)) list += html("<li>{}</li>", sentence);
  if (list.markup.empty()) return {};
  return html(R"(<section id="method"><h2>Method</h2><ul>{}</ul></section>)", list);
}

}  // namespace

std::string comparison_page(const Comparison& comparison,
                            const std::vector<std::string>& image_names) {
  Html contents = headline(comparison);
  contents += notices(comparison);
  contents += recipes(comparison);
  contents += section("results", "Results", {grid_figure(results_grid(comparison))});
  contents += curves(comparison);
  contents += images(comparison, image_names);
  contents += section("classes", "Classes", {grid_figure(classes_grid(comparison))});
  contents += method(comparison);
  return document("Comparison", {assets::page_css, assets::study_css}, contents, plots(comparison),
                  {assets::chart_js, assets::frame_js, assets::compare_js});
}

}  // namespace temper::report
