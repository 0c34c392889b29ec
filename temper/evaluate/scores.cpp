#include "temper/evaluate/scores.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <vector>

#include "temper/core/error.h"
#include "temper/distributed/group.h"
#include "temper/evaluate/attacks.h"
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

/// Gives all ranks the scores of rank 0, by which they end early and change scheduled values. Each
/// has computed them from the same logits, but other processors and numbers of threads round in
/// other ways.
void agree(train::Scores& scores, distributed::Group& group) {
  std::vector<double*> values{&scores.train.loss, &scores.train.accuracy};
  if (auto& validation = scores.validation)
    values.insert(values.end(), {&validation->loss, &validation->accuracy});
  const auto all = at::empty({std::ssize(values)}, at::kDouble);
  auto* const numbers = all.mutable_data_ptr<double>();
  for (std::size_t i = 0; i < values.size(); ++i) numbers[i] = *values[i];
  group.broadcast(all);
  for (std::size_t i = 0; i < values.size(); ++i) *values[i] = numbers[i];
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
  if (plan.recipe.evaluation.attack) result.attacked = attacked_score(*state.network, plan, cancel);
  if (plan.group) agree(result, *plan.group);
  return result;
}

train::Scores averaged_scores(train::State& state, const recipe::Recipe& recipe,
                              const train::Plan& plan, const std::function<bool()>& cancel) {
  train::refresh_averages(state, recipe);
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
