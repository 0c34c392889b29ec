#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

// Size of the drawing in SVG units; its height follows from the points, with the width's scale.
constexpr double kWidth = 480;
constexpr double kTallest = 480;
constexpr double kMargin = 14;

/// Maps points of the plane to the drawing, with the same scale on both axes, so that distances can
/// be compared.
struct Frame {
  double left;
  double top;
  double scale;
  double height;

  [[nodiscard]] std::array<double, 2> place(double x, double y) const {
    return {kMargin + (x - left) * scale, kMargin + (top - y) * scale};
  }
};

std::array<double, 2> row(const at::Tensor& points, std::int64_t i) {
  const auto* values = points.const_data_ptr<double>() + 2 * i;
  return {values[0], values[1]};
}

struct Point {
  std::array<double, 2> at;
  std::int64_t place;  ///< index of its class
};

/// The projected points of the first images of each class.
std::vector<Point> shown(const Cluster& cluster, const at::Tensor& projected) {
  std::vector<Point> points;
  std::array<std::int64_t, 3> left{cluster.shown, cluster.shown, cluster.shown};
  const auto all = projected.contiguous();
  for (std::int64_t i = 0; i < all.size(0); ++i) {
    const auto place = cluster.labels.const_data_ptr<std::int64_t>()[i];
    if (left[static_cast<std::size_t>(place)]-- > 0) points.push_back({row(all, i), place});
  }
  return points;
}

Frame frame_of(const std::vector<Point>& points) {
  std::array<double, 2> low{points.front().at};
  std::array<double, 2> high{low};
  for (const auto& point : points)
    for (std::size_t k = 0; k < 2; ++k) {
      low[k] = std::min(low[k], point.at[k]);
      high[k] = std::max(high[k], point.at[k]);
    }
  const double width = std::max(high[0] - low[0], 1e-9);
  const double height = std::max(high[1] - low[1], 1e-9);
  const double scale = std::min((kWidth - 2 * kMargin) / width, (kTallest - 2 * kMargin) / height);
  return {low[0], high[1], scale, height * scale + 2 * kMargin};
}

/// Each class has its own shape as well as color, for print and color vision deficiencies.
Html mark(const Frame& frame, const Point& point) {
  const auto [x, y] = frame.place(point.at[0], point.at[1]);
  switch (point.place) {
    case 0:
      return html(R"(<circle class="k0" cx="{}" cy="{}" r="3"/>)", fmt::format("{:.1f}", x),
                  fmt::format("{:.1f}", y));
    case 1:
      return html(R"(<path class="k1" d="M{} {}h5.2v5.2h-5.2z"/>)", fmt::format("{:.1f}", x - 2.6),
                  fmt::format("{:.1f}", y - 2.6));
    default:
      return html(R"(<path class="k2" d="M{} {}l3.4 6h-6.8z"/>)", fmt::format("{:.1f}", x),
                  fmt::format("{:.1f}", y - 3.6));
  }
}

/// @param onto  the target of the projection, for the accessible label
Html drawing(const Cluster& cluster, const at::Tensor& projected, std::string_view onto) {
  const auto points = shown(cluster, projected);
  if (points.empty()) return {};
  const auto frame = frame_of(points);
  Html marks;
  for (const auto& point : points) marks += mark(frame, point);
  return html(
      R"(<svg class="clusters" viewBox="0 0 {} {}" role="img" aria-label="Penultimate activations of
        three classes, {} images, on {}">{}</svg>)",
      static_cast<int>(kWidth), fmt::format("{:.0f}", frame.height), cluster.set, onto, marks);
}

Html figure(const Inspection& inspection, const Cluster& cluster) {
  Html key;
  for (std::size_t i = 0; i < 3; ++i)
    key += html(R"(<li class="k{}"><span class="name">{}</span></li>)", i, inspection.classes[i]);
  const auto& d = cluster.distances;
  const auto& explained = cluster.principal.explained;
  return html(
      R"(<figure><h3>{} images</h3><ul class="key">{}</ul>{}<figcaption>Projection onto the plane of
        the templates. Root mean square distances in the full feature space: {} from the class mean
        within a class, {} between class means, ratio {}. Of {} images, at most the first {} of each
        class are drawn.</figcaption>{}<figcaption>The same images on their first two principal
        components, which explain {} and {} of the variance.</figcaption></figure>)",
      cluster.set == "training" ? "Training"
      : cluster.set == "test"   ? "Test"
                                : "Validation",
      key, drawing(cluster, cluster.plane.points, "the plane of the templates"),
      significant_text(d.within, 3), significant_text(d.between, 3), significant_text(d.ratio(), 3),
      count_text(cluster.labels.size(0)), cluster.shown,
      drawing(cluster, cluster.principal.points, "their first two principal components"),
      percent_text(explained[0], cluster.labels.size(0)),
      percent_text(explained[1], cluster.labels.size(0)));
}

}  // namespace

Html clusters_section(const ReportData& facts) {
  const auto& inspection = facts.inspection;
  if (inspection.clusters.empty()) return {};
  Html figures;
  for (const auto& cluster : inspection.clusters) figures += figure(inspection, cluster);
  return html(
      R"(<section id="clusters"><h2>Feature clusters</h2><p class="lead">Penultimate
        activations (the input of the last layer) for images of three classes, projected onto the plane
        through the templates of these classes, which are their rows of the last layer's weight matrix
        (Müller et al. 2019, arXiv:1906.02629), and onto their principal components. Both axes of a
        drawing have the same scale. Measured with {}.</p><div class="pair">{}</div></section>)",
      weights_text(inspection.weights, facts.summary.averaging), figures);
}

}  // namespace temper::report
