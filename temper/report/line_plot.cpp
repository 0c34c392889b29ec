#include "temper/report/line_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace temper::report {
namespace {

constexpr double kWidth = 760;
constexpr double kHeight = 380;
constexpr double kLeft = 64;
constexpr double kRight = 16;
constexpr double kTop = 34;
constexpr double kBottom = 48;

std::string pixel(double at) {
  return fmt::format("{:.1f}", at);
}

/// The area that the lines are drawn in.
class Area {
 public:
  explicit Area(const LinePlot& plot) {
    for (const auto& line : plot.lines)
      for (const auto& [x, y] : line.points) {
        x_low_ = std::min(x_low_, x);
        x_high_ = std::max(x_high_, x);
        y_low_ = std::min(y_low_, y);
        y_high_ = std::max(y_high_, y);
      }
    if (plot.highest > y_low_) y_high_ = std::min(y_high_, plot.highest);
    if (!(y_high_ > y_low_)) y_high_ = y_low_ + 1;
  }

  [[nodiscard]] bool is_empty() const { return !(x_high_ > x_low_); }
  [[nodiscard]] double x(double value) const {
    return kLeft +
           (kWidth - kLeft - kRight) * std::log(value / x_low_) / std::log(x_high_ / x_low_);
  }
  [[nodiscard]] double y(double value) const {
    const double part = (std::min(value, y_high_) - y_low_) / (y_high_ - y_low_);
    return kHeight - kBottom - (kHeight - kTop - kBottom) * part;
  }
  [[nodiscard]] Html grid() const {
    Html all;
    const auto last = static_cast<int>(std::floor(std::log10(x_high_) + 1e-9));
    for (auto power = static_cast<int>(std::ceil(std::log10(x_low_) - 1e-9)); power <= last;
         ++power)
      all += html(
          R"(<path class="grid" d="M{0} {1}V{2}"/><text class="tick" x="{0}" y="{3}" text-anchor="middle">{4}</text>)",
          pixel(x(std::pow(10, power))), pixel(kTop), pixel(kHeight - kBottom),
          pixel(kHeight - kBottom + 18), fmt::format("{:g}", std::pow(10, power)));
    for (const double value : ticks(y_low_, y_high_))
      all += html(
          R"(<path class="grid" d="M{0} {1}H{2}"/><text class="tick" x="{3}" y="{1}" dy="0.35em" text-anchor="end">{4}</text>)",
          pixel(kLeft), pixel(y(value)), pixel(kWidth - kRight), pixel(kLeft - 8),
          fmt::format("{:g}", value));
    return all;
  }

 private:
  double x_low_ = std::numeric_limits<double>::infinity();
  double x_high_ = 0;
  double y_low_ = std::numeric_limits<double>::infinity();
  double y_high_ = -std::numeric_limits<double>::infinity();
};

Html line_of(const LinePlot::Line& line, const Area& area, std::size_t number) {
  std::string points;
  for (const auto& [x, y] : line.points) {
    points += pixel(area.x(x));
    points += ' ';
    points += pixel(area.y(y));
    points += ' ';
  }
  const bool thin = line.style == "thin";
  return html(
      R"svg(<polyline class="curve" style="stroke:var(--line-{});stroke-width:{};stroke-opacity:{}" points="{}"><title>{}</title></polyline>)svg",
      number, thin ? "1" : "2", thin ? "0.45" : "1", points, line.name);
}

Html mark_of(const LinePlot::Mark& mark, const Area& area, std::size_t row) {
  return html(
      R"(<path class="zero" stroke-dasharray="4 3" d="M{0} {1}V{2}"/><text x="{0}" y="{3}" text-anchor="middle">{4}</text>)",
      pixel(area.x(mark.x)), pixel(kTop), pixel(kHeight - kBottom),
      pixel(row % 2 == 0 ? kTop - 6 : kTop - 20), mark.label);
}

}  // namespace

std::vector<double> ticks(double low, double high, int count) {
  std::vector<double> found;
  if (!(high > low) || count < 1) return found;
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0})
    if (factor * power >= rough) step = factor * power;
  const auto first = static_cast<std::int64_t>(std::ceil(low / step - 1e-9));
  const auto last = static_cast<std::int64_t>(std::floor(high / step + 1e-9));
  for (auto i = first; i <= last; ++i) found.push_back(static_cast<double>(i) * step);
  return found;
}

Html line_plot(const LinePlot& plot) {
  const Area area(plot);
  if (area.is_empty()) return {};
  auto contents = area.grid();
  for (std::size_t i = 0; i < plot.lines.size(); ++i)
    contents += line_of(plot.lines[i], area, i + 1);
  for (std::size_t i = 0; i < plot.marks.size(); ++i) contents += mark_of(plot.marks[i], area, i);
  contents += html(
      R"(<text class="axis-name" x="{}" y="{}" text-anchor="end">{}</text><text class="axis-name" x="{}" y="{}">{}</text>)",
      pixel(kWidth - kRight), pixel(kHeight - 8), plot.x_name, pixel(4.0), pixel(14.0),
      plot.y_name);
  return html(
      R"(<div class="figure scroll" tabindex="0"><svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">{3}</svg></div>)",
      static_cast<int>(kWidth), static_cast<int>(kHeight), plot.title, contents);
}

}  // namespace temper::report
