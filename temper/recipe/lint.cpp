// Warnings about options that are valid but probably a mistake.
#include <fmt/format.h>

#include "temper/optim/evaluation_weights.h"
#include "temper/recipe/late.h"
#include "temper/recipe/recipe.h"

namespace temper::recipe {
namespace {

void about_averages(const Recipe& recipe, const schedule::Horizon& horizon,
                    std::vector<std::string>& hints) {
  for (std::size_t i = 0; i < recipe.averaging.size(); ++i) {
    const auto* ema = std::get_if<regularize::Ema>(&recipe.averaging[i]);
    if (ema == nullptr || ema->warmup != regularize::EmaWarmup::none) continue;
    const double memory = static_cast<double>(ema->every) / (1 - ema->decay);
    if (memory > static_cast<double>(horizon.total_steps) / 3)
      hints.push_back(fmt::format(
          "averaging.{}.decay = {}: the average spans about {:.0f} steps of a run of {}, so the "
          "initial weights stay in it; lower it, or add warmup = \"tensorflow\"",
          i, ema->decay, memory, horizon.total_steps));
  }
}

}  // namespace

std::vector<std::string> lint(const Recipe& recipe) {
  std::vector<std::string> hints;
  const bool driven = recipe.schedules.contains("optimizer.lr");
  if (!driven &&
      std::visit([](const auto& optimizer) { return optimizer.lr == 0; }, recipe.optimizer))
    hints.emplace_back("optimizer.lr = 0: nothing is learned");
  if (recipe.data.limit > 0 && recipe.data.batch > recipe.data.limit)
    hints.push_back(fmt::format(
        "data.batch_size = {} is larger than data.limit = {}: there is no whole batch to train on",
        recipe.data.batch, recipe.data.limit));
  if ((recipe.lookahead || recipe.max_norm) && optim::evaluates_average(recipe.optimizer))
    hints.push_back(
        fmt::format("{} with optimizer.kind = \"{}\": it changes the weights that are trained, but "
                    "not the iterate that the optimizer averages, which no paper describes; remove "
                    "it",
                    recipe.lookahead ? "lookahead" : "max_norm",
                    std::visit([](const auto& rule) { return rule.kind; }, recipe.optimizer)));
  if (!recipe.averaging.empty() && optim::evaluates_average(recipe.optimizer))
    hints.push_back(fmt::format(
        "averaging with optimizer.kind = \"{}\": this average of the weights that are trained is "
        "evaluated in place of the optimizer's own average; remove averaging",
        std::visit([](const auto& rule) { return rule.kind; }, recipe.optimizer)));
  if (recipe.data.validation == 0)
    hints.emplace_back(
        "data.validation = 0: all images are used for training, so overfitting can't be measured");
  return hints;
}

std::vector<std::string> lint(const Recipe& recipe, const schedule::Horizon& horizon) {
  auto hints = lint(recipe);
  about_averages(recipe, horizon, hints);
  for (const auto& late : late_options(recipe, horizon)) hints.push_back(to_text(late));
  return hints;
}

}  // namespace temper::recipe
