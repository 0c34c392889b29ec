#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "temper/measure/interval.h"
#include "temper/report/class_label.h"
#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

constexpr std::size_t kMatrixClasses = 20;
constexpr std::size_t kPairs = 10;
constexpr std::int64_t kBesideClasses = 10;

/// Color intensity of a cell, in [0, 1]: the square root off the diagonal, so that rare confusions
/// remain visible.
double strength(double share, bool diagonal) {
  return diagonal ? share : std::sqrt(share);
}

Html cell(const ReportData& facts, std::int64_t label, std::int64_t predicted_class) {
  const auto count = facts.analysis->confused(label, predicted_class);
  const auto images = facts.analysis->counts[static_cast<std::size_t>(label)].labelled;
  if (count == 0) return html(R"(<td class="zero">0</td>)");
  const bool diagonal = label == predicted_class;
  const double share = static_cast<double>(count) / static_cast<double>(images);
  const double ink = strength(share, diagonal);
  return html(R"(<td class="{}" style="--ink:{}" title="{} of {} {}">{}</td>)",
              diagonal ? "right" : "wrong", fmt::format("{:.2f}", ink), count_text(count),
              count_text(images),
              diagonal ? "correctly classified"
                       : fmt::format("{} predicted as {}", isolated_class(facts.run, label),
                                     isolated_class(facts.run, predicted_class)),
              count_text(count));
}

Html matrix(const ReportData& facts, const std::vector<std::int64_t>& classes) {
  Html head;
  Html rows;
  for (const auto predicted_class : classes)
    head += html(R"(<th scope="col">{}</th>)", class_label(facts.run, predicted_class));
  for (const auto label : classes) {
    rows += html(R"(<tr><th scope="row" class="name">{}</th>)", class_label(facts.run, label));
    for (const auto predicted_class : classes) rows += cell(facts, label, predicted_class);
    rows += html("</tr>");
  }
  return html(
      R"(<div class="scroll" tabindex="0"><table class="matrix"><caption
        class="unseen">Confusion matrix: rows are true classes, columns predicted
        classes</caption><thead><tr><th class="corner" scope="row">true <span>↓</span> predicted
        <span>→</span></th>{}</tr></thead><tbody>{}</tbody></table></div>)",
      head, rows);
}

Html matrix_figure(const ReportData& facts) {
  const auto classes = most_confused_classes(*facts.analysis, kMatrixClasses);
  const auto shown = static_cast<std::int64_t>(classes.size());
  if (shown == 0) return {};
  const std::string selection =
      shown < facts.analysis->classes
          ? fmt::format("Of {} classes, the {} with the most frequent confusions are shown. ",
                        count_text(facts.analysis->classes), shown)
          : "";
  return html(
      "<figure><h3>Confusion matrix</h3>{}<figcaption>{}Number of images by true class (row) "
      "and predicted class (column). Blue: correct, shaded by the fraction of the row; orange: "
      "wrong, shaded by the square root of the fraction, so that rare confusions remain visible. "
      "Measured on {}.</figcaption></figure>",
      matrix(facts, classes), selection, test_basis(facts));
}

std::string images_of_row(const ReportData& facts, const Confusion& c) {
  const auto images = facts.analysis->counts[static_cast<std::size_t>(c.label)].labelled;
  return percent_text(static_cast<double>(c.count) / static_cast<double>(images), 1);
}

Html pairs_figure(const ReportData& facts, const std::vector<Confusion>& all) {
  if (all.empty()) return {};
  Html rows;
  for (std::size_t i = 0; i < std::min(all.size(), kPairs); ++i)
    rows += html(
        R"(<tr><th scope="row" class="name">{}</th><td class="text
        name">{}</td><td>{}</td><td>{}</td></tr>)",
        class_label(facts.run, all[i].label), class_label(facts.run, all[i].predicted_class),
        count_text(all[i].count), images_of_row(facts, all[i]));
  return html(
      R"(<figure><h3>Most confused classes</h3><div class="scroll"
        tabindex="0"><table><thead><tr><th scope="col">True class</th><th scope="col"
        class="text">predicted class</th><th scope="col">images</th><th scope="col">share of
        class</th></tr></thead><tbody>{}</tbody></table></div><figcaption>The {} most frequent
        of {} pairs of confused classes. Measured on {}.</figcaption></figure>)",
      rows, std::min(all.size(), kPairs), count_text(static_cast<std::int64_t>(all.size())),
      test_basis(facts));
}

/// By recall, worst first; classes without images last.
std::vector<std::int64_t> worst_first(const Analysis& analysis) {
  std::vector<std::int64_t> order(analysis.counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return analysis.counts[static_cast<std::size_t>(a)].recall().value_or(2) <
           analysis.counts[static_cast<std::size_t>(b)].recall().value_or(2);
  });
  return order;
}

measure::Interval recall_interval(const measure::ClassCounts& counts) {
  if (counts.labelled == 0) return {0, 1};
  return measure::wilson(counts.correct, counts.labelled);
}

/// The lowest lower bound of the recall intervals: where the axis of the interval marks begins.
double lowest_recall(const Analysis& analysis) {
  double lowest = 1;
  for (const auto& counts : analysis.counts)
    if (counts.labelled > 0) lowest = std::min(lowest, recall_interval(counts).low);
  return lowest;
}

/// The recall and its interval on an axis from `from` to 100 %.
Html range_mark(const measure::ClassCounts& counts, double from) {
  const auto recall = counts.recall();
  if (!recall || from >= 1) return {};
  const auto place = [&](double value) {
    return fmt::format("{:.1f}", 4 + 112 * (value - from) / (1 - from));
  };
  const auto interval = recall_interval(counts);
  return html(
      R"(<svg class="range" viewBox="0 0 120 12" width="120" height="12"
        aria-hidden="true"><path class="whole" d="M4 6H116"/><path class="span" d="M{}
        6H{}"/><circle cx="{}" cy="6" r="3.5"/></svg>)",
      place(interval.low), place(interval.high), place(*recall));
}

Html class_row(const ReportData& facts, std::int64_t label, const Confusion* worst, double from) {
  const auto& counts = facts.analysis->counts[static_cast<std::size_t>(label)];
  const auto recall = counts.recall();
  const auto precision = counts.precision();
  return html(
      R"(<tr><th scope="row"
        class="name">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td
        class="text">{}</td></tr>)",
      class_label(facts.run, label), count_text(counts.labelled),
      precision ? percent_text(*precision, 1) : "never predicted",
      recall ? percent_text(*recall, 1) : "no images",
      recall ? interval_text(recall_interval(counts), 1) : "–", range_mark(counts, from),
      worst ? html("{} <small>{}, {}</small>", class_label(facts.run, worst->predicted_class),
                   counted(worst->count, "image"), images_of_row(facts, *worst))
            : html("–"));
}

Html class_table(const ReportData& facts, const std::vector<Confusion>& all) {
  // `all` is sorted by frequency, so the first of each class is its most frequent.
  std::vector<const Confusion*> worst(facts.analysis->counts.size(), nullptr);
  for (const auto& confusion : all)
    if (auto& first = worst[static_cast<std::size_t>(confusion.label)]; !first) first = &confusion;
  Html rows;
  const double from = lowest_recall(*facts.analysis);
  for (const auto label : worst_first(*facts.analysis))
    rows += class_row(facts, label, worst[static_cast<std::size_t>(label)], from);
  return html(
      R"(<figure><h3>Precision and recall</h3><div class="scroll tall" tabindex="0"><table
        class="classes"><thead><tr><th scope="col">Class</th><th scope="col">images</th><th
        scope="col">precision</th><th scope="col">recall</th><th scope="col" colspan="2">95{}%
        interval of recall</th><th scope="col" class="text">most often confused
        with</th></tr></thead><tbody>{}</tbody></table></div><figcaption>{} classes, lowest
        recall first. Precision: fraction of the images predicted as the class that belong to it.
        Recall: fraction of the images of the class that are predicted as it; the mark shows it
        with its interval on an axis from {} to 100{}%. Measured on {}.</figcaption></figure>)",
      "\u202f", rows, count_text(facts.analysis->classes), percent_text(from, 1), "\u202f",
      test_basis(facts));
}

}  // namespace

Html classes_section(const ReportData& facts) {
  if (!facts.analysis) return {};
  const auto all = confusions(*facts.analysis);
  // A small matrix fits beside the list.
  const bool beside = facts.analysis->classes <= kBesideClasses;
  return html(
      R"(<section id="classes"><h2>Results by class</h2><div
        class="{}">{}{}</div>{}</section>)",
      beside ? "beside" : "stacked", matrix_figure(facts), pairs_figure(facts, all),
      class_table(facts, all));
}

}  // namespace temper::report
