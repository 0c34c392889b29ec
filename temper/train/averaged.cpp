#include "temper/train/averaged.h"

#include <ATen/core/grad_mode.h>

#include "temper/optim/evaluation_weights.h"

namespace temper::train {

std::string averaging_name(const recipe::Recipe& recipe) {
  if (recipe.averaging)
    return std::visit([](const auto& averaging) { return std::string(averaging.kind); },
                      *recipe.averaging);
  return optim::evaluates_average(recipe.optimizer) ? "schedule_free" : "";
}

const std::optional<Scores>& selected_scores(const Evaluated& evaluated,
                                             const recipe::Recipe& recipe) {
  const bool averaged = evaluated.averaged && recipe.evaluation.weights != recipe::Weights::raw;
  return averaged ? evaluated.averaged : evaluated.raw;
}

std::string averaged_file(const recipe::Recipe& recipe) {
  return "model-" + averaging_name(recipe) + ".safetensors";
}

bool wants_statistics(const recipe::Recipe& recipe) {
  if (!recipe.averaging) return optim::evaluates_average(recipe.optimizer);
  return std::visit(
      [](const auto& averaging) {
        if constexpr (requires { averaging.statistics; })
          return averaging.statistics == regularize::Statistics::reestimated;
        else
          return false;
      },
      *recipe.averaging);
}

void begin_averages(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon) {
  const auto named = weights(*state.network);
  if (recipe.averaging)
    state.averages =
        regularize::start(*recipe.averaging, named, {horizon.steps_per_epoch, horizon.total_steps});
  else if (optim::evaluates_average(recipe.optimizer))
    state.averages = regularize::copies_of(named);
}

void refresh_averages(State& state, const recipe::Recipe& recipe) {
  if (recipe.averaging || !state.averages) return;
  const at::NoGradGuard guard;
  const optim::EvaluationWeights there(recipe.optimizer, state.targets, state.optimizer);
  const auto named = weights(*state.network);
  for (std::size_t i = 0; i < named.size(); ++i)
    state.averages->tensors[i].second.copy_(named[i].second);
}

}  // namespace temper::train
