#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

using Bins = std::vector<measure::ReliabilityBin>;

Html bin_table(const Bins& bins, std::int64_t images, std::string_view title) {
  Html rows;
  for (const auto& bin : bins) {
    if (bin.count == 0) continue;
    rows += html(R"(<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>)",
                 fmt::format("{:.3f} to {:.3f}", bin.low, bin.high), count_text(bin.count),
                 percent_text(bin.confidence, images), percent_text(bin.accuracy, images),
                 points_text(bin.accuracy - bin.confidence));
  }
  return html(
      R"(<details><summary>{}</summary><div class="scroll"
        tabindex="0"><table><thead><tr><th scope="col">Confidence</th><th
        scope="col">images</th><th scope="col">mean confidence</th><th
        scope="col">accuracy</th><th scope="col">accuracy less
        confidence</th></tr></thead><tbody>{}</tbody></table></div></details>)",
      title, rows);
}

std::string verdict(double accuracy, double confidence) {
  const double excess = confidence - accuracy;
  if (std::abs(excess) < 0.005)
    return "on average it is as sure as it is right, within half a point";
  return fmt::format("on average it is {} by {:.1f} points",
                     excess > 0 ? "surer than right: over-confident"
                                : "less sure than right: "
                                  "under-confident",
                     100 * std::abs(excess));
}

std::string temperature_text(const train::Scaled& scaled) {
  return fmt::format("{:.3g}", scaled.temperature.fit.value);
}

/// Before and after, or what there is of it.
Html figures_table(const Facts& facts) {
  const auto& a = *facts.analysis;
  const auto row = [&](std::string_view name, const std::string& before, const std::string& after) {
    return html(R"(<tr><th scope="row">{}</th><td>{}</td>{}</tr>)", name, before,
                a.scaled ? html("<td>{}</td>", after) : Html{});
  };
  const auto share = [&](double value) { return percent_text(value, a.images); };
  const auto after = a.scaled.value_or(train::Scaled{});
  const auto number = [](double value) { return significant_text(value); };
  Html rows;
  rows += row("Calibration error, bins of equal width (ECE)", share(a.calibration.width),
              share(after.calibration.width));
  rows += row("Calibration error, bins of equal mass", share(a.calibration.mass),
              share(after.calibration.mass));
  rows += row("Calibration error, equal mass, debiased", share(a.calibration.debiased),
              share(after.calibration.debiased));
  rows += row("Negative log-likelihood", number(a.nll), number(after.nll));
  rows += row("Brier score", number(a.brier), number(after.brier));
  const Html head =
      a.scaled ? html(R"(<th scope="col">at temperature {}</th>)", temperature_text(*a.scaled))
               : Html{};
  return html(
      R"(<div class="scroll narrow" tabindex="0"><table class="calibration"><thead><tr><th
        scope="col">Measure</th><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table></div>)",
      a.scaled ? "as trained" : "value", head, rows);
}

/// What the temperature is, or how to have one.
Html temperature_note(const Facts& facts) {
  const auto& scaled = facts.analysis->scaled;
  if (scaled) {
    const auto& t = scaled->temperature;
    return html(
        "Logits divided by {}, which on {} validation images took the negative log-likelihood from "
        "{} to {}{}; what the network decides stays as it is.",
        temperature_text(*scaled), count_text(t.images), significant_text(t.fit.before),
        significant_text(t.fit.after), t.fit.at_bound ? " and stands at the end of its range" : "");
  }
  if (facts.run.start && facts.run.start->validation_images == 0)
    return html(
        "A temperature that would set its confidence right is fitted on validation images, and "
        "this run has none.");
  return html(
      "No temperature was fitted for these weights; <code>temper eval RUN --temperature fit</code> "
      "does it, and this page then shows both.");
}

Html diagram(const Facts& facts, std::string_view suffix, const Html& title) {
  return html(
      R"(<div class="pair"><figure><h3>Reliability{}</h3><ul
        class="key"><li class="bars">Accuracy</li><li class="confidence">Mean confidence</li></ul><div class="plot"><canvas id="reliability{}" role="img"
        aria-label="Reliability diagram: accuracy by confidence in 15 bins of equal width; the
        numbers are in the table below"></canvas></div><figcaption>Accuracy of the images in
        each of 15 bins of confidence of equal width; on the diagonal, confidence is what it
        says. Measured on {}.</figcaption></figure><figure><h3>Confidence{}</h3><div
        class="plot"><canvas id="confidence{}" role="img" aria-label="Number of images by
        confidence; the numbers are in the table below"></canvas></div><figcaption>Images in
        each bin: where there are few, the bars beside say little. Measured on
        {}.</figcaption></figure></div>)",
      title, suffix, test_basis(facts), title, suffix, test_basis(facts));
}

nlohmann::json bins_json(const Bins& bins) {
  auto list = nlohmann::json::array();
  for (const auto& bin : bins)
    list.push_back({{"low", bin.low},
                    {"high", bin.high},
                    {"count", bin.count},
                    {"confidence", bin.confidence},
                    {"accuracy", bin.accuracy}});
  return list;
}

}  // namespace

Html calibration_section(const Facts& facts) {
  if (!facts.analysis) return {};
  const auto& a = *facts.analysis;
  const auto confidence = a.confidence.mean().item<double>();
  Html body = diagram(facts, "", {});
  body += bin_table(a.bins, a.images, "Bin by bin");
  if (a.scaled) {
    body += diagram(facts, "-scaled", html(" at temperature {}", temperature_text(*a.scaled)));
    body += bin_table(a.scaled->bins, a.images, "Bin by bin, at that temperature");
  }
  return html(
      R"(<section id="calibration"><h2>How far to trust its confidence</h2><p
        class="lead">Expected calibration error <b>{}</b>. Mean confidence {}, accuracy {}:
        {}.</p>{}<p class="note">{} Measured on {}.</p>{}</section>)",
      percent_text(a.calibration.width, a.images), percent_text(confidence, a.images),
      percent_text(a.accuracy(), a.images), verdict(a.accuracy(), confidence), figures_table(facts),
      temperature_note(facts), test_basis(facts), body);
}

nlohmann::json calibration_plots(const Facts& facts) {
  const bool scaled = facts.analysis && facts.analysis->scaled;
  return bins_json(scaled ? facts.analysis->scaled->bins : Bins{});
}

}  // namespace temper::report
