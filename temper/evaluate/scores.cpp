#include "temper/evaluate/scores.h"

#include <fmt/format.h>

#include <optional>

#include "temper/core/error.h"
#include "temper/evaluate/statistics.h"
#include "temper/evaluate/test_time.h"
#include "temper/regularize/averages.h"
#include "temper/train/averaged.h"
#include "temper/train/guard.h"

namespace temper::evaluate {
namespace {

/// Calls `look` with averaged weights in the network, in place of the trained ones.
template <class Look>
auto with_average(train::State& state, const recipe::Recipe& recipe, const train::Plan& plan,
                  std::size_t index, const std::function<bool()>& cancel, const Look& look) {
  train::refresh_averages(state, recipe);
  const auto named = train::weights(*state.network);
  const regularize::SwappedAverages swapped(state.averages[index], named);
  if (train::wants_statistics(recipe, index)) {
    reestimate_statistics(*state.network, plan, state.step / plan.horizon.steps_per_epoch, cancel);
    if (const auto buffer = train::find_not_finite(state.finite_buffers))
      throw Error(Code::numerical,
                  fmt::format("the buffer {} is not finite after BatchNorm's statistics were "
                              "re-estimated for the averaged weights. {}",
                              *buffer, train::kAboutBuffers));
  }
  return look();
}

}  // namespace

bool uses_averages(const train::State& state, const recipe::Recipe& recipe) {
  return !state.averages.empty() && recipe.evaluation.weights != recipe::Weights::raw;
}

std::string selected_weights(const train::State& state, const recipe::Recipe& recipe) {
  return uses_averages(state, recipe) ? "averaged" : "raw";
}

train::Scores raw_scores(train::State& state, const train::Plan& plan,
                         const std::function<bool()>& cancel) {
  train::Scores result;
  result.train = score(predict(*state.network, plan, plan.probe, cancel));
  if (plan.validation)
    result.validation = score(predict(*state.network, plan, plan.validation, cancel));
  return result;
}

train::Scores averaged_scores(train::State& state, const recipe::Recipe& recipe,
                              const train::Plan& plan, const std::function<bool()>& cancel) {
  return with_average(state, recipe, plan, 0, cancel,
                      [&] { return raw_scores(state, plan, cancel); });
}

void complete_average(train::State& state, const train::Plan& plan, std::size_t index,
                      const std::function<bool()>& cancel) {
  with_average(state, plan.recipe, plan, index, cancel, [] {});
}

Predictions test_predictions(train::State& state, const train::Plan& plan,
                             const std::function<bool()>& cancel) {
  const auto named = train::weights(*state.network);
  std::optional<regularize::SwappedAverages> swapped;
  if (uses_averages(state, plan.recipe)) swapped.emplace(state.averages.front(), named);
  return predict_augmented(*state.network, plan, plan.test, plan.recipe.evaluation.tta, cancel);
}

}  // namespace temper::evaluate
