#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

// Size of a drawing in SVG units.
constexpr double kSide = 480;
constexpr double kMargin = 14;
constexpr std::int64_t kShown = 1000;  ///< points; more would overlap
constexpr std::size_t kDrawn = 8;      ///< targets with plots; the table has all

struct Range {
  double low;
  double high;

  [[nodiscard]] double place(double value) const {
    const double width = std::max(high - low, 1e-300);
    return kMargin + (kSide - 2 * kMargin) * (value - low) / width;
  }
};

Range range_of(const at::Tensor& values) {
  return {values.min().item<double>(), values.max().item<double>()};
}

/// @param x, y     double [n]
/// @param line     at the left and the right end of the drawing: where the error is 0
/// @param heading  for the accessible label
Html drawing(const at::Tensor& x, const Range& across, const at::Tensor& y, const Range& up,
             const std::array<double, 2>& line, std::string_view heading) {
  const auto point = [](double value) { return fmt::format("{:.1f}", value); };
  Html marks;
  // Evenly spaced over the set, in its order.
  const auto n = x.size(0);
  const auto shown = std::min(n, kShown);
  for (std::int64_t i = 0; i < shown; ++i) {
    const auto row = i * n / shown;
    marks += html(R"(<circle class="k0" cx="{}" cy="{}" r="2.5"/>)",
                  point(across.place(x[row].item<double>())),
                  point(kSide - up.place(y[row].item<double>())));
  }
  return html(
      R"(<svg class="clusters" viewBox="0 0 {} {}" role="img" aria-label="{}"><path
        d="M{} {}L{} {}" stroke="currentColor" stroke-opacity="0.4"/>{}</svg>)",
      static_cast<int>(kSide), static_cast<int>(kSide), heading, point(kMargin),
      point(kSide - up.place(line[0])), point(kSide - kMargin), point(kSide - up.place(line[1])),
      marks);
}

/// Predicted against true values on a common scale, and errors against true values.
Html figures(const ReportData& facts, std::size_t k) {
  const auto& answers = *facts.run.predictions->values;
  const auto name = facts.run.target_name(k);
  const auto column = static_cast<std::int64_t>(k);
  const auto truth = answers.targets.select(1, column);
  const auto predicted = answers.predicted.select(1, column);
  const auto errors = predicted.sub(truth);
  const auto across = range_of(truth);
  const auto reach = range_of(predicted);
  const Range both{std::min(across.low, reach.low), std::max(across.high, reach.high)};
  const auto largest = errors.abs().max().item<double>();
  return html(
      R"(<div class="pair"><figure><h3>{}: predicted against true</h3>{}<figcaption>Horizontal
        axis: true value; vertical axis: predicted value, both from {} to {}. On the line they are
        equal.</figcaption></figure><figure><h3>{}: error against true value</h3>{}<figcaption>Horizontal
        axis: true value, from {} to {}; vertical axis: predicted minus true value, from {} to {}, with a
        line at 0.</figcaption></figure></div>)",
      name,
      drawing(truth, both, predicted, both, {both.low, both.high},
              name + ": predicted against true values"),
      significant_text(both.low), significant_text(both.high), name,
      drawing(truth, across, errors, {-largest, largest}, {0, 0},
              name + ": errors against true values"),
      significant_text(across.low), significant_text(across.high), significant_text(-largest),
      significant_text(largest));
}

std::string interval(const measure::Interval& interval) {
  return fmt::format("{} to {}", significant_text(interval.low), significant_text(interval.high));
}

Html table(const ReportData& facts) {
  Html rows;
  for (std::size_t k = 0; k < facts.values->values.size(); ++k) {
    const auto& one = facts.values->values[k];
    rows += html(
        R"(<tr><th scope="row" class="name">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>)",
        facts.run.target_name(k), significant_text(one.errors.rmse), interval(one.rmse_interval),
        significant_text(one.errors.mae), interval(one.mae_interval),
        significant_text(one.errors.r2), significant_text(one.bias));
  }
  return html(
      R"(<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Target</th><th
        scope="col">RMSE</th><th scope="col">95{}% interval</th><th scope="col">MAE</th><th
        scope="col">95{}% interval</th><th scope="col">R²</th><th
        scope="col">bias</th></tr></thead><tbody>{}</tbody></table></div>)",
      "\u202f", "\u202f", rows);
}

}  // namespace

Html values_section(const ReportData& facts) {
  if (!facts.values) return {};
  Html drawings;
  const auto all = facts.values->values.size();
  for (std::size_t k = 0; k < std::min(all, kDrawn); ++k) drawings += figures(facts, k);
  return html(
      R"(<section id="values"><h2>Regression errors</h2><p class="lead">Errors in each target's
        own unit: root mean squared error (RMSE) and mean absolute error (MAE), both with bootstrap
        intervals over images, coefficient of determination (R²), and bias, the mean of predicted
        minus true values. Measured on {}. {}</p>{}{}</section>)",
      test_basis(facts),
      all > kDrawn ? fmt::format("The first {} of {} targets are plotted.", kDrawn, all) : "",
      table(facts), drawings);
}

}  // namespace temper::report
