#include "temper/report/parallel_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace temper::report {
namespace {

constexpr double kHeight = 420;
constexpr double kTop = 40;
constexpr double kBottom = 20;
constexpr double kSide = 70;
constexpr double kGap = 150;  // between two axes

double x_of(std::size_t axis) {
  return kSide + kGap * static_cast<double>(axis);
}
double y_of(double at) {
  return kHeight - kBottom - (kHeight - kTop - kBottom) * std::clamp(at, 0.0, 1.0);
}
std::string pixel(double at) {
  return fmt::format("{:.1f}", at);
}

Html axis_of(const ParallelPlot::Axis& axis, std::size_t number) {
  const double x = x_of(number);
  // Long names of neighbors would overlap in one line.
  Html all = html(
      R"(<path class="axis" d="M{0} {1}V{2}"/><text class="axis-name" x="{0}" y="{3}" text-anchor="middle">{4}</text>)",
      pixel(x), pixel(kTop), pixel(kHeight - kBottom),
      pixel(number % 2 == 0 ? kTop - 24 : kTop - 8), axis.name);
  for (const auto& tick : axis.ticks)
    all += html(
        R"(<path class="axis" d="M{} {}h-5"/><text class="tick" x="{}" y="{}" dy="0.35em" text-anchor="end">{}</text>)",
        pixel(x), pixel(y_of(tick.at)), pixel(x - 8), pixel(y_of(tick.at)), tick.label);
  return all;
}

Html line_of(const ParallelPlot::Line& line) {
  std::string points;
  for (std::size_t i = 0; i < line.at.size() && line.at[i]; ++i) {
    points += pixel(x_of(i));
    points += ' ';
    points += pixel(y_of(*line.at[i]));
    points += ' ';
  }
  const auto opacity = fmt::format("{:.2f}", line.best ? 1 : 0.12 + 0.6 * line.strength);
  return html(
      R"svg(<polyline class="curve" style="stroke:{};stroke-width:{};stroke-opacity:{}" points="{}"><title>{}</title></polyline>)svg",
      line.best ? "var(--c3)" : "rgb(var(--train))", line.best ? "2.6" : "1.4", opacity, points,
      line.title);
}

}  // namespace

Html parallel_plot(const ParallelPlot& plot) {
  if (plot.axes.size() < 2) return {};
  Html contents;
  for (const auto& line : plot.lines)
    if (!line.best) contents += line_of(line);
  for (const auto& line : plot.lines)
    if (line.best) contents += line_of(line);
  for (std::size_t i = 0; i < plot.axes.size(); ++i) contents += axis_of(plot.axes[i], i);
  const auto width = static_cast<int>(x_of(plot.axes.size() - 1) + kSide);
  return html(
      R"(<div class="figure scroll" tabindex="0"><svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">{3}</svg></div>)",
      width, static_cast<int>(kHeight), plot.title, contents);
}

}  // namespace temper::report
