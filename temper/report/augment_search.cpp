#include "temper/report/augment_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "temper/report/assets.h"
#include "temper/report/document.h"
#include "temper/report/elements.h"
#include "temper/report/html.h"
#include "temper/report/number.h"

namespace temper::report {
namespace {

using tune::AugmentSpace;
using tune::AugmentTable;
using tune::PolicySearch;
using tune::ScoredSetting;

constexpr std::string_view kScript =
    R"("use strict";
addFrame(() => {}, { grid: "Grid", policies: "Policies", comparison: "Comparison", method: "Method" });
)";

std::string score_text(const AugmentTable& table, const std::optional<double>& score) {
  if (!score) return "diverged";
  return table.regression ? fmt::format("{:.4f}", *score) : fmt::format("{:.2f}", 100 * *score);
}

std::string metric_text(const AugmentTable& table) {
  return table.regression ? "R2 on the validation set" : "accuracy on the validation set in %";
}

std::string seeds_text(const AugmentTable& table) {
  return table.seeds == 1 ? "one seed" : fmt::format("mean of {} seeds", table.seeds);
}

bool is_grid(const AugmentTable& table) {
  return table.space == AugmentSpace::rand_augment;
}

const ScoredSetting& cell_at(const AugmentTable& table, std::size_t row, std::size_t column) {
  return table.settings.at(row * table.magnitudes.size() + column);
}

/// From 0, the worst score of the grid, to 1, the best.
double strength(const AugmentTable& table, const std::optional<double>& score) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto& setting : table.settings)
    if (const auto mean = setting.mean()) {
      low = std::min(low, *mean);
      high = std::max(high, *mean);
    }
  return score && high > low ? (*score - low) / (high - low) : 0;
}

/// The settings in the order of their scores.
std::vector<const ScoredSetting*> ranked(const AugmentTable& table) {
  std::vector<const ScoredSetting*> order;
  for (const auto& setting : table.settings) order.push_back(&setting);
  const auto value = [](const ScoredSetting* one) {
    return one->mean().value_or(-std::numeric_limits<double>::infinity());
  };
  std::ranges::stable_sort(order, std::ranges::greater{}, value);
  return order;
}

std::string method_text(const AugmentTable& table) {
  if (is_grid(table))
    return fmt::format(
        "RandAugment's grid (Cubuk et al. 2020): every number of operations with every magnitude, "
        "trained to the end, {}.",
        seeds_text(table));
  if (table.search == PolicySearch::random)
    return fmt::format(
        "Random search over AutoAugment's policies (Cubuk et al. 2019) of temper's operations: {} "
        "policies of 5 sub-policies were trained, and the best {} merged, {}. AutoAugment itself "
        "searches with a controller that learns from about 15,000 trained networks.",
        table.settings.size(), table.merged_policies, seeds_text(table));
  const auto& d = table.density;
  return fmt::format(
      "Density matching (Fast AutoAugment; Lim et al. 2019): {} networks, each trained without "
      "augmentation on all folds but one, evaluated {} x {} policies on the fold left out, drawn "
      "{}; "
      "the {} with the lowest losses of each were merged: {} policies. No network was trained for "
      "a "
      "policy.",
      d.folds, d.rounds, d.trials,
      d.sampler == tune::Sampler::tpe ? "by TPE" : "independently of one another", d.top,
      table.merged_policies);
}

constexpr std::string_view kCaution =
    "The best of many settings scores higher here than on new data: compare it anew with several "
    "seeds (temper ablate). No run saw the test set.";

std::string comparison_text(const AugmentTable& table) {
  const auto* winner = table.winner();
  if (winner == nullptr) return "No setting has a score.";
  const auto own = winner->mean();
  const auto other = table.as_is.mean();
  if (!other) return fmt::format("The recipe as it is diverged; {} did not.", winner->name);
  const double difference = (*own - *other) * (table.regression ? 1 : 100);
  return fmt::format("{}: {}; the recipe as it is: {}; difference {:+.{}f}{}.", winner->name,
                     score_text(table, own), score_text(table, other), difference,
                     table.regression ? 4 : 2, table.regression ? "" : " points");
}

std::string grid_text(const AugmentTable& table) {
  std::string text = fmt::format("{:>10}", "num_ops");
  for (const double magnitude : table.magnitudes)
    text += fmt::format("  {:>9}", fmt::format("m = {:g}", magnitude));
  text += '\n';
  const auto* winner = table.winner();
  for (std::size_t row = 0; row < table.num_ops.size(); ++row) {
    text += fmt::format("{:>10}", table.num_ops[row]);
    for (std::size_t column = 0; column < table.magnitudes.size(); ++column) {
      const auto& cell = cell_at(table, row, column);
      const auto score = score_text(table, cell.mean()) + (&cell == winner ? "*" : " ");
      text += fmt::format("  {:>9}", score);
    }
    text += '\n';
  }
  return text + fmt::format("{}, {}; * the best\n", metric_text(table), seeds_text(table));
}

std::string policies_text(const AugmentTable& table) {
  constexpr std::size_t shown = 10;
  if (table.settings.empty()) return "";
  std::string text;
  const auto order = ranked(table);
  for (std::size_t i = 0; i < std::min(shown, order.size()); ++i)
    text += fmt::format("{:>9}  {}\n", score_text(table, order[i]->mean()), order[i]->name);
  if (order.size() > shown) text += fmt::format("and {} more\n", order.size() - shown);
  return text + fmt::format("{}, {}\n", metric_text(table), seeds_text(table));
}

Html headline(const AugmentTable& table) {
  const auto* winner = table.winner();
  const Html big = winner != nullptr
                       ? html(R"(<p class="big">{}</p><p class="what">{}: {}</p>)",
                              score_text(table, winner->mean()), metric_text(table), winner->name)
                       : html(R"(<p class="headline none">No setting has a score.</p>)");
  Html facts =
      fact("The recipe as it is", score_text(table, table.as_is.mean()), seeds_text(table));
  facts += fact("Settings trained", count_text(std::ssize(table.settings)));
  facts += fact("Training time", duration_text(table.seconds()),
                "of the settings, one run after "
                "another");
  return html(
      R"(<header><p class="kicker">Search for augmentation</p><h1 class="name">{}</h1><p class="status">{}</p></header><div
        class="hero"><div class="headline">{}</div><dl class="facts">{}</dl></div>)",
      table.name, is_grid(table) ? "RandAugment" : "AutoAugment's policies", big, facts);
}

Html grid(const AugmentTable& table) {
  Html head;
  for (const double magnitude : table.magnitudes)
    head += html(R"(<th scope="col">magnitude {}</th>)", fmt::format("{:g}", magnitude));
  Html rows;
  const auto* winner = table.winner();
  for (std::size_t row = 0; row < table.num_ops.size(); ++row) {
    Html cells;
    for (std::size_t column = 0; column < table.magnitudes.size(); ++column) {
      const auto& cell = cell_at(table, row, column);
      const auto text = html("{}", score_text(table, cell.mean()));
      cells += html(R"(<td class="right" style="--ink:{}">{}</td>)",
                    fmt::format("{:.2f}", strength(table, cell.mean())),
                    &cell == winner ? html("<strong>{}</strong>", text) : text);
    }
    rows += html(R"(<tr><th scope="row">num_ops {}</th>{}</tr>)", table.num_ops[row], cells);
  }
  return html(
      R"(<section id="grid"><h2>Grid</h2><figure><div class="scroll" tabindex="0"><table class="matrix"><thead><tr><th
        scope="col"></th>{}</tr></thead><tbody>{}</tbody></table></div><figcaption>{}, {}; darker is
        better.</figcaption></figure></section>)",
      head, rows, metric_text(table), seeds_text(table));
}

Html policies(const AugmentTable& table) {
  if (table.settings.empty()) return {};
  Html rows;
  for (const auto* setting : ranked(table))
    rows += html(R"(<tr><th scope="row">{}</th><td>{}</td></tr>)", setting->name,
                 score_text(table, setting->mean()));
  return html(
      R"(<section id="policies"><h2>Policies</h2><div class="scroll" tabindex="0"><table><thead><tr><th
        scope="col">Policy</th><th scope="col">{}</th></tr></thead><tbody>{}</tbody></table></div></section>)",
      metric_text(table), rows);
}

}  // namespace

std::string augment_text(const AugmentTable& table) {
  auto text = fmt::format("Augmentation of {}\n\n", table.name);
  text += is_grid(table) ? grid_text(table) : policies_text(table);
  return text + fmt::format("\n{}\n{}\n{}\n", comparison_text(table), method_text(table), kCaution);
}

std::string augment_page(const AugmentTable& table) {
  auto contents = headline(table);
  contents += is_grid(table) ? grid(table) : policies(table);
  contents +=
      html(R"(<section id="comparison"><h2>Comparison</h2><p class="lead">{}</p></section>)",
           comparison_text(table));
  contents += html(
      R"(<section id="method"><h2>Method</h2><p class="lead">{}</p><p class="lead">{}</p></section>)",
      method_text(table), kCaution);
  return document(table.name + ", augmentation", {assets::page_css}, contents,
                  nlohmann::json::object(), {assets::frame_js, kScript});
}

}  // namespace temper::report
