#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "temper/report/number.h"
#include "temper/report/sections.h"

namespace temper::report {
namespace {

using Series = std::vector<double>;

constexpr std::size_t kSparkPoints = 80;

struct LayerSeries {
  Series weight;
  Series gradient;
  Series update;
  Series ratio;
};

/// Norms of every parameter over the recorded steps, in the network's order.
std::vector<std::pair<std::string, LayerSeries>> by_layer(const Run& run) {
  std::vector<std::pair<std::string, LayerSeries>> layers;
  std::map<std::string, std::size_t> index;
  for (const auto& norms : run.norms)
    for (const auto& layer : norms.layers) {
      const auto [place, fresh] = index.try_emplace(layer.name, layers.size());
      if (fresh) layers.emplace_back(layer.name, LayerSeries{});
      auto& series = layers[place->second].second;
      series.weight.push_back(layer.weight);
      series.gradient.push_back(layer.gradient);
      series.update.push_back(layer.update);
      series.ratio.push_back(layer.weight > 0 ? layer.update / layer.weight : kMissing);
    }
  return layers;
}

/// A sparkline (Tufte): first to last step, minimum to maximum, on its own scale.
Html spark(const Series& series) {
  Series kept;
  const std::size_t stride = (series.size() + kSparkPoints - 1) / kSparkPoints;
  for (std::size_t i = 0; i < series.size(); i += stride) kept.push_back(series[i]);
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : kept)
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  if (kept.size() < 2 || !(low <= high)) return {};
  std::string points;
  const double range = high > low ? high - low : 1;
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (std::isfinite(kept[i]))
      points += fmt::format("{:.1f},{:.1f} ",
                            1 + 70 * static_cast<double>(i) / static_cast<double>(kept.size() - 1),
                            high > low ? 17 - 16 * (kept[i] - low) / range : 9.0);
  return html(
      R"(<svg class="spark" viewBox="0 0 72 18" width="72" height="18"
        aria-hidden="true"><polyline points="{}"/></svg>)",
      points);
}

Html cells(const Series& series) {
  return html(R"(<td>{}</td><td class="line">{}</td>)", significant_text(series.back(), 3),
              spark(series));
}

/// A parameter's name with line breaks allowed after its dots.
Html dotted(std::string_view name) {
  Html result;
  for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    result += html("{}.<wbr>", name.substr(0, dot));
    name.remove_prefix(dot + 1);
  }
  result += html("{}", name);
  return result;
}

Html layer_table(const Run& run) {
  const auto layers = by_layer(run);
  if (layers.empty()) return {};
  Html rows;
  for (const auto& [name, series] : layers)
    rows += html(R"(<tr><th scope="row" class="name">{}</th>{}{}{}{}</tr>)", dotted(name),
                 cells(series.weight), cells(series.gradient), cells(series.update),
                 cells(series.ratio));
  return html(
      R"(<figure><h3>Norms by
        parameter</h3><div class="scroll tall" tabindex="0"><table class="norms"><thead><tr><th
        scope="col">Parameter</th><th scope="col" colspan="2">weight</th><th scope="col"
        colspan="2">gradient</th><th scope="col" colspan="2">update</th><th scope="col"
        colspan="2">update ÷
        weight</th></tr></thead><tbody>{}</tbody></table></div><figcaption>Euclidean norm of
        each parameter tensor (raw weights), of its gradient and of its update in one step, on
        training batches. The number is that of step {}; the line shows step {} to that step,
        on its own scale. Vanishing and exploding gradients appear here first.</figcaption></figure>)",
      rows, count_text(run.norms.back().step), count_text(run.norms.front().step));
}

/// Measures of the whole network, and why they matter.
Html sizes(const ReportData& facts) {
  Html list;
  const auto fact = [&](std::string_view name, const std::string& value, const std::string& note) {
    list += html("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>", name, value, note);
  };
  if (facts.weights) {
    const auto& n = facts.weights->norms;
    fact("L2 norm of the weights", significant_text(n.l2),
         fmt::format("all {} weights, without biases and normalization parameters",
                     count_text(n.count)));
    fact("Root mean square", significant_text(n.root_mean_square),
         "of the weights: comparable between networks of different sizes");
    fact("Largest weight", significant_text(n.largest), "absolute value");
  }
  if (const auto& s = facts.inspection.sensitivity)
    fact("Input sensitivity", significant_text(s->mean),
         fmt::format("mean Frobenius norm of the Jacobian of the probabilities with respect to the "
                     "normalized pixels, {} {} images",
                     count_text(s->images), facts.inspection.set));
  if (list.markup.empty()) return {};
  return html(
      R"(<p class="lead">With large weights the output can change strongly when the image
        changes little, which lets a network fit individual training images. Measured with the weights
        of the reported result.</p><dl class="facts">{}</dl>)",
      list);
}

}  // namespace

Html norms_section(const ReportData& facts) {
  const auto layers = layer_table(facts.run);
  const auto whole = sizes(facts);
  if (layers.markup.empty() && whole.markup.empty()) return {};
  return html(R"(<section id="norms"><h2>Weights and gradients</h2>{}{}</section>)", whole, layers);
}

}  // namespace temper::report
