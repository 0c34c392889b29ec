#include "temper/train/scores.h"

#include <optional>

#include "temper/regularize/averages.h"
#include "temper/train/averaged.h"
#include "temper/train/statistics.h"

namespace temper::train {
namespace {

/// Calls `look` with averaged weights in the network, in place of the trained ones.
template <class Look>
auto with_average(State& state, const recipe::Recipe& recipe, const Plan& plan, std::size_t index,
                  const std::function<bool()>& cancel, const Look& look) {
  refresh_averages(state, recipe);
  const auto named = weights(*state.network);
  const regularize::SwappedAverages swapped(state.averages[index], named);
  if (wants_statistics(recipe, index))
    reestimate_statistics(*state.network, plan, state.step / plan.horizon.steps_per_epoch, cancel);
  return look();
}

}  // namespace

bool uses_averages(const State& state, const recipe::Recipe& recipe) {
  return !state.averages.empty() && recipe.evaluation.weights != recipe::Weights::raw;
}

std::string selected_weights(const State& state, const recipe::Recipe& recipe) {
  return uses_averages(state, recipe) ? "averaged" : "raw";
}

Scores raw_scores(State& state, const Plan& plan, const std::function<bool()>& cancel) {
  Scores result;
  result.train = score(predict(*state.network, plan, plan.probe, cancel));
  if (plan.validation)
    result.validation = score(predict(*state.network, plan, plan.validation, cancel));
  return result;
}

Scores averaged_scores(State& state, const recipe::Recipe& recipe, const Plan& plan,
                       const std::function<bool()>& cancel) {
  return with_average(state, recipe, plan, 0, cancel,
                      [&] { return raw_scores(state, plan, cancel); });
}

void complete_average(State& state, const Plan& plan, std::size_t index,
                      const std::function<bool()>& cancel) {
  with_average(state, plan.recipe, plan, index, cancel, [] {});
}

Predictions test_predictions(State& state, const Plan& plan, const std::function<bool()>& cancel) {
  const auto named = weights(*state.network);
  std::optional<regularize::SwappedAverages> swapped;
  if (uses_averages(state, plan.recipe)) swapped.emplace(state.averages.front(), named);
  return predict(*state.network, plan, plan.test, cancel);
}

}  // namespace temper::train
