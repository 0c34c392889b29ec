#include "temper/report/differences_text.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "temper/report/summary.h"

namespace temper::report {
namespace {

std::string or_nothing(const std::string& value) {
  return value.empty() ? "(none)" : value;
}

std::string recipe_text(const run::RunDifferences& d, bool changes_results,
                        std::string_view title) {
  std::string text;
  for (const auto& one : d.recipe) {
    if (one.changes_results != changes_results) continue;
    if (text.empty()) text = fmt::format("{}\n", title);
    text += fmt::format("  {}: {} | {}\n", one.path, or_nothing(one.left), or_nothing(one.right));
  }
  return text;
}

std::string environment_text(const std::vector<run::EnvironmentDifference>& differing) {
  if (differing.empty()) return "environment: the same\n";
  std::string text = "environment\n";
  for (const auto& one : differing)
    text += fmt::format("  {}: {} | {}\n", one.name, or_nothing(one.left), or_nothing(one.right));
  return text;
}

std::string losses_text(const run::LossComparison& losses) {
  if (losses.first_step)
    return fmt::format("losses: first difference at step {}: {} | {}\n", *losses.first_step,
                       losses.left, losses.right);
  if (losses.compared > 0)
    return fmt::format("losses: the same in all {} lines that both logs have\n", losses.compared);
  return "losses: no log lines for the same steps\n";
}

std::string end_text(const run::RunEnd& end) {
  if (!end.test)
    return fmt::format("{}, {} steps", end.seconds ? "finished" : "not finished", end.steps);
  const auto& score = end.test->score;
  return fmt::format("test {}, loss {:.4f} ({} weights), {} steps, {:.0f} s",
                     score.errors ? errors_text(*score.errors)
                                  : fmt::format("accuracy {:.2f}%", 100 * score.accuracy),
                     score.loss, end.test->weights, end.steps, end.seconds.value_or(0));
}

}  // namespace

std::string to_text(const run::RunDifferences& d) {
  auto text = recipe_text(d, true, "recipe, options that change results") +
              recipe_text(d, false, "recipe, other options");
  if (d.recipe.empty()) text += "recipe: the same\n";
  text += environment_text(d.circumstances);
  text += fmt::format("data: {}\n", !d.same_data   ? "not recorded in both runs"
                                    : *d.same_data ? "the same"
                                                   : "different");
  text += losses_text(d.losses);
  if (d.same_weights)
    text += fmt::format("final weights: {}\n", *d.same_weights ? "the same bytes" : "different");
  return text + fmt::format("left:  {}\nright: {}\n", end_text(d.left), end_text(d.right));
}

}  // namespace temper::report
