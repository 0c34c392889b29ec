#include "temper/report/comparison_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "temper/io/format/json_keys.h"
#include "temper/report/assets.h"
#include "temper/report/class_label.h"
#include "temper/report/comparison_text.h"
#include "temper/report/document.h"
#include "temper/report/elements.h"
#include "temper/report/number.h"
#include "temper/report/study_sections.h"

namespace temper::report {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostImages = 50;

Json point(const train::Score& score) {
  Json object{{"loss", io::json_number(score.loss)}, {"accuracy", io::json_number(score.accuracy)}};
  if (score.errors) object["r2"] = io::json_number(score.errors->r2);
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
            {"seconds", io::json_number(epoch.seconds)},
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

/// "plain: shirt, 93.1 %"
Html answer(const Comparison& comparison, const DisputedImage& image, std::size_t run) {
  const auto& one = comparison.runs[run];
  const bool is_right = image.predicted[run] == image.label;
  return html(R"(<span class="guess">{}: <b>{}</b>, {}</span>)", one.label,
              is_right ? std::string("right") : one.run.class_name(image.predicted[run]),
              percent_text(image.confidence[run], 1));
}

Html cards(const Comparison& comparison, const TestImages& test) {
  Html list;
  for (const auto& image : most_disputed(comparison, kMostImages)) {
    const auto found = test.pictures.find(image.row);
    if (found == test.pictures.end()) continue;
    const auto& run = comparison.runs.front().run;
    const auto& name = test.names.at(static_cast<std::size_t>(image.row));
    Html answers;
    for (std::size_t i = 0; i < comparison.runs.size(); ++i)
      answers += answer(comparison, image, i);
    list += html("<li>{}<p><strong>{}</strong>{}<small>{}</small></p></li>",
                 picture(found->second, isolated_class(run, image.label)),
                 class_label(run, image.label), answers, name);
  }
  if (list.markup.empty()) return {};
  return html(R"(<ul class="cards">{}</ul>)", list);
}

Html images(const Comparison& comparison, const TestImages& test) {
  return section(
      "images", "Image by image",
      {grid_figure(pairs_grid(comparison)), cards(comparison, test),
       grid_figure(images_grid(comparison, test.names, kMostImages),
                   test.names.empty() ? "The most confident mistakes first; images by their place "
                                        "in the test set, from 0."
                                      : "The most confident mistakes first.")});
}

Html method(const Comparison& comparison) {
  Html list;
  for (const auto& sentence : method_sentences(comparison)) list += html("<li>{}</li>", sentence);
  if (list.markup.empty()) return {};
  return html(R"(<section id="method"><h2>Method</h2><ul>{}</ul></section>)", list);
}

}  // namespace

std::string comparison_page(const Comparison& comparison, const TestImages& test_images) {
  Html contents = headline(comparison);
  contents += notices(comparison);
  contents += recipes(comparison);
  contents += section("results", "Results", {grid_figure(results_grid(comparison))});
  contents += curves(comparison);
  contents += images(comparison, test_images);
  contents += section("classes", "Classes", {grid_figure(classes_grid(comparison))});
  contents += method(comparison);
  return document("Comparison", {assets::page_css, assets::study_css}, contents, plots(comparison),
                  {assets::chart_js, assets::frame_js, assets::compare_js});
}

}  // namespace temper::report
