#include <fmt/format.h>

#include <cmath>

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
        scope="col">accuracy</th><th scope="col">accuracy minus
        confidence</th></tr></thead><tbody>{}</tbody></table></div></details>)",
      title, rows);
}

std::string calibration_summary(double accuracy, double confidence) {
  const double excess = confidence - accuracy;
  if (std::abs(excess) < 0.005) return "they agree within half a percentage point";
  return fmt::format("on average the network is {} by {:.1f} percentage points",
                     excess > 0 ? "overconfident" : "underconfident", 100 * std::abs(excess));
}

std::string temperature_text(const evaluate::Scaled& scaled) {
  return fmt::format("{:.3g}", scaled.temperature.fit.value);
}

/// The measures without temperature scaling and, where a temperature was fitted, with it.
Html figures_table(const ReportData& facts) {
  const auto& a = *facts.analysis;
  const auto row = [&](std::string_view name, const std::string& before, const std::string& after) {
    return html(R"(<tr><th scope="row">{}</th><td>{}</td>{}</tr>)", name, before,
                a.scaled ? html("<td>{}</td>", after) : Html{});
  };
  const auto share = [&](double value) { return percent_text(value, a.images); };
  const auto after = a.scaled.value_or(evaluate::Scaled{});
  const auto number = [](double value) { return significant_text(value); };
  Html rows;
  rows += row("Expected calibration error (ECE), equal-width bins", share(a.calibration.width),
              share(after.calibration.width));
  rows += row("Calibration error, equal-mass bins", share(a.calibration.mass),
              share(after.calibration.mass));
  rows += row("Calibration error, equal-mass bins, debiased", share(a.calibration.debiased),
              share(after.calibration.debiased));
  rows += row("Negative log-likelihood", number(a.nll), number(after.nll));
  rows += row("Brier score", number(a.brier), number(after.brier));
  const Html head =
      a.scaled ? html(R"(<th scope="col">at temperature {}</th>)", temperature_text(*a.scaled))
               : Html{};
  return html(
      R"(<div class="scroll narrow" tabindex="0"><table class="calibration"><thead><tr><th
        scope="col">Measure</th><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table></div>)",
      a.scaled ? "without scaling" : "value", head, rows);
}

/// The temperature, or how to fit one.
Html temperature_note(const ReportData& facts) {
  const auto& scaled = facts.analysis->scaled;
  if (scaled) {
    const auto& t = scaled->temperature;
    return html(
        "Temperature scaling divides the logits by {}, fitted on {} validation images, where it "
        "changes the negative log-likelihood from {} to {}{}. Predicted classes stay the same.",
        temperature_text(*scaled), count_text(t.images), significant_text(t.fit.before),
        significant_text(t.fit.after),
        t.fit.at_bound ? " (the temperature is at the bound of its range)" : "");
  }
  if (facts.run.start && facts.run.start->validation_images == 0)
    return html(
        "The temperature for temperature scaling is fitted on validation images, and this run has "
        "none.");
  return html(
      "No temperature was fitted for these weights; <code>temper eval RUN --temperature fit</code> "
      "fits one, and this page then shows the measures without and with it.");
}

Html diagram(const ReportData& facts, std::string_view suffix, const Html& title) {
  return html(
      R"(<div class="pair"><figure><h3>Reliability diagram{}</h3><ul
        class="key"><li class="bars">Accuracy</li><li class="confidence">Mean confidence</li></ul><div class="plot"><canvas id="reliability{}" role="img"
        aria-label="Reliability diagram: accuracy by confidence in 15 bins of equal width; the
        numbers are in the table below"></canvas></div><figcaption>Accuracy in each of 15
        equal-width bins of confidence; for a calibrated network it lies on the diagonal.
        Measured on {}.</figcaption></figure><figure><h3>Confidence histogram{}</h3><div
        class="plot"><canvas id="confidence{}" role="img" aria-label="Number of images by
        confidence; the numbers are in the table below"></canvas></div><figcaption>Number of
        images in each bin; the accuracy of a bin with few images is uncertain. Measured on
        {}.</figcaption></figure></div>)",
      title, suffix, test_basis(facts), title, suffix, test_basis(facts));
}

}  // namespace

Html calibration_section(const ReportData& facts) {
  if (!facts.analysis) return {};
  const auto& a = *facts.analysis;
  const auto confidence = a.confidence.mean().item<double>();
  Html body = diagram(facts, "", {});
  body += bin_table(a.bins, a.images, "Values by bin");
  if (a.scaled) {
    body += diagram(facts, "-scaled", html(" at temperature {}", temperature_text(*a.scaled)));
    body += bin_table(a.scaled->bins, a.images, "Values by bin, at this temperature");
  }
  return html(
      R"(<section id="calibration"><h2>Calibration</h2><p
        class="lead">Expected calibration error <b>{}</b>. Mean confidence {}, accuracy {}:
        {}.</p>{}<p class="note">{} Measured on {}.</p>{}</section>)",
      percent_text(a.calibration.width, a.images), percent_text(confidence, a.images),
      percent_text(a.accuracy(), a.images), calibration_summary(a.accuracy(), confidence),
      figures_table(facts), temperature_note(facts), test_basis(facts), body);
}

}  // namespace temper::report
