#include <fmt/format.h>

#include <cmath>

#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

Html bin_table(const Analysis& a) {
  Html rows;
  for (const auto& bin : a.bins) {
    if (bin.count == 0) continue;
    rows += html(R"(<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>)",
                 fmt::format("{:.3f} to {:.3f}", bin.low, bin.high), count_text(bin.count),
                 percent_text(bin.confidence, a.images), percent_text(bin.accuracy, a.images),
                 points_text(bin.accuracy - bin.confidence));
  }
  return html(
      R"(<details><summary>Bin by bin</summary><div class="scroll"
        tabindex="0"><table><thead><tr><th scope="col">Confidence</th><th
        scope="col">images</th><th scope="col">mean confidence</th><th
        scope="col">accuracy</th><th scope="col">accuracy less
        confidence</th></tr></thead><tbody>{}</tbody></table></div></details>)",
      rows);
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

}  // namespace

Html calibration_section(const Facts& facts) {
  if (!facts.analysis) return {};
  const auto& a = *facts.analysis;
  const double accuracy = static_cast<double>(a.correct) / static_cast<double>(a.images);
  const auto confidence = a.confidence.mean().item<double>();
  return html(
      R"(<section id="calibration"><h2>How far to trust its confidence</h2><p
        class="lead">Expected calibration error <b>{}</b>. Mean confidence {}, accuracy {}:
        {}. Negative log-likelihood {}.</p><div class="pair"><figure><h3>Reliability</h3><ul
        class="key"><li class="bars">Accuracy</li><li class="confidence">Mean confidence</li></ul><div class="plot"><canvas id="reliability" role="img"
        aria-label="Reliability diagram: accuracy by confidence in 15 bins of equal width; the
        numbers are in the table below"></canvas></div><figcaption>Accuracy of the images in
        each of 15 bins of confidence of equal width; on the diagonal, confidence is what it
        says. Measured on {}.</figcaption></figure><figure><h3>Confidence</h3><div
        class="plot"><canvas id="confidence" role="img" aria-label="Number of images by
        confidence; the numbers are in the table below"></canvas></div><figcaption>Images in
        each bin: where there are few, the bars beside say little. Measured on
        {}.</figcaption></figure></div>{}</section>)",
      percent_text(a.ece, a.images), percent_text(confidence, a.images),
      percent_text(accuracy, a.images), verdict(accuracy, confidence), significant_text(a.nll),
      test_basis(facts), test_basis(facts), bin_table(a));
}

}  // namespace temper::report
