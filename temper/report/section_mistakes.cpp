#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "temper/report/class_label.h"
#include "temper/report/elements.h"
#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

constexpr std::string_view kAboutMaps =
    " Below each: where the evidence for the class predicted is, from blue (none) to red "
    "(Grad-CAM, on the image as the network saw it).";

/// The map of a mistake, if one was made.
Html map_of(const ReportData& facts, std::int64_t row, std::int64_t guess) {
  const auto& maps = facts.inspection.maps;
  const auto found = std::ranges::find(maps, row, &MistakeMap::row);
  if (found == maps.end()) return {};
  return picture(found->overlay, fmt::format("The same with the evidence for {} (Grad-CAM)",
                                             isolated_class(facts.run, guess)));
}

Html card(const ReportData& facts, std::size_t index) {
  const auto& mistakes = *facts.run.mistakes;
  const auto& predictions = *facts.run.predictions;
  const auto row = mistakes.rows[index];
  const auto truth = predictions.labels.const_data_ptr<std::int64_t>()[row];
  const auto guess = facts.analysis->predicted.const_data_ptr<std::int64_t>()[row];
  const auto id = predictions.ids.const_data_ptr<std::int64_t>()[row];
  const double confidence = facts.analysis->confidence.const_data_ptr<double>()[row];
  const auto alt = fmt::format("Test image {}: {}, predicted as {}", id,
                               isolated_class(facts.run, truth), isolated_class(facts.run, guess));
  return html(
      R"(<li>{}{}<p><strong>{}</strong><span
        class="guess">predicted <b>{}</b></span><small>{} · image {}</small></p></li>)",
      picture(mistakes.images[index], alt), map_of(facts, row, guess),
      class_label(facts.run, truth), class_label(facts.run, guess), percent_text(confidence, 1),
      count_text(id));
}

/// "angle 31.2, predicted 12.9", one line per target.
Html error_card(const ReportData& facts, std::size_t index) {
  const auto& mistakes = *facts.run.mistakes;
  const auto& answers = *facts.run.predictions->values;
  const auto row = mistakes.rows[index];
  const auto id = facts.run.predictions->ids.const_data_ptr<std::int64_t>()[row];
  Html lines;
  for (std::size_t k = 0; k < answers.deviation.size(); ++k) {
    const auto column = static_cast<std::int64_t>(k);
    lines += html(R"(<span class="guess">{} <b>{}</b>, predicted <b>{}</b></span>)",
                  facts.run.target_name(k),
                  significant_text(answers.targets[row][column].item<double>()),
                  significant_text(answers.predicted[row][column].item<double>()));
  }
  return html("<li>{}<p>{}<small>image {}</small></p></li>",
              picture(mistakes.images[index], fmt::format("Test image {}", id)), lines,
              count_text(id));
}

Html largest_errors(const ReportData& facts) {
  Html cards;
  for (std::size_t i = 0; i < facts.run.mistakes->images.size(); ++i) cards += error_card(facts, i);
  return html(
      R"(<section id="mistakes"><h2>Largest errors</h2><p class="lead">The {} images with
        the largest errors, in descending order (in standard deviations of the training set, over
        all targets). Images with wrong targets often appear here. Measured on {}.</p><ul
        class="cards">{}</ul></section>)",
      facts.run.mistakes->images.size(), test_basis(facts), cards);
}

}  // namespace

Html mistakes_section(const ReportData& facts) {
  if (facts.run.mistakes && facts.values) return largest_errors(facts);
  if (!facts.run.mistakes || !facts.analysis || facts.run.mistakes->images.empty()) return {};
  Html cards;
  for (std::size_t i = 0; i < facts.run.mistakes->images.size(); ++i) cards += card(facts, i);
  return html(
      R"(<section id="mistakes"><h2>Most confident mistakes</h2><p class="lead">The {}
        misclassified images with the highest confidence, in descending order: true class,
        predicted class and its predicted probability. Mislabeled images often appear here.{}
        Measured on {}.</p><ul class="cards">{}</ul></section>)",
      facts.run.mistakes->images.size(), facts.inspection.maps.empty() ? "" : kAboutMaps,
      test_basis(facts), cards);
}

}  // namespace temper::report
