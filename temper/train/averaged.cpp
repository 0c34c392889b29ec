#include "temper/train/averaged.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <map>
#include <span>
#include <string_view>

#include "temper/optim/evaluation_weights.h"
#include "temper/train/optimizer_shards.h"

namespace temper::train {
namespace {

constexpr std::string_view kScheduleFree = "schedule_free";

}  // namespace

std::vector<std::string> averaging_names(const recipe::Recipe& recipe) {
  std::vector<std::string> names;
  std::map<std::string_view, int> seen;
  for (const auto& averaging : recipe.averaging) {
    const auto kind = std::visit([](const auto& options) { return options.kind; }, averaging);
    const int number = ++seen[kind];
    names.push_back(number == 1 ? std::string(kind) : fmt::format("{}-{}", kind, number));
  }
  if (names.empty() && optim::evaluates_average(recipe.optimizer))
    names.emplace_back(kScheduleFree);
  return names;
}

std::string averaging_name(const recipe::Recipe& recipe) {
  const auto names = averaging_names(recipe);
  return names.empty() ? "" : names.front();
}

const std::optional<Scores>& selected_scores(const Evaluated& evaluated,
                                             const recipe::Recipe& recipe) {
  const bool averaged = evaluated.averaged && recipe.evaluation.weights != recipe::Weights::raw;
  return averaged ? evaluated.averaged : evaluated.raw;
}

std::string averaged_file(const std::string& name) {
  return fmt::format("model-{}.safetensors", name);
}

bool wants_statistics(const recipe::Recipe& recipe, std::size_t index) {
  if (recipe.averaging.empty()) return optim::evaluates_average(recipe.optimizer);
  return std::visit(
      [](const auto& averaging) {
        if constexpr (requires { averaging.statistics; })
          return averaging.statistics == regularize::Statistics::reestimated;
        else
          return false;
      },
      recipe.averaging[index]);
}

void begin_averages(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon) {
  const auto named = weights(*state.network);
  for (const auto& averaging : recipe.averaging)
    state.averages.push_back(regularize::start(averaging, named, horizon));
  if (!recipe.averaging.empty() || !optim::evaluates_average(recipe.optimizer)) return;
  state.averages.push_back(regularize::copies_of(named));
  state.averages.back().kind = kScheduleFree;
}

void refresh_averages(State& state, const recipe::Recipe& recipe) {
  if (!recipe.averaging.empty() || state.averages.empty()) return;
  const at::NoGradGuard guard;
  const auto& tensors = state.averages.front().tensors;
  {
    const auto updated = updated_targets(state);
    const optim::EvaluationWeights there(recipe.optimizer, updated, state.optimizer);
    const auto named = weights(*state.network);
    for (std::size_t i = 0; i < named.size(); ++i) tensors[i].second.copy_(named[i].second);
  }
  share_owned(state, std::span(tensors).first(state.network->parameters().size()));
}

}  // namespace temper::train
