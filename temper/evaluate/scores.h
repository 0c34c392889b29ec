#pragma once
#include <cstddef>
#include <functional>
#include <string>

#include "temper/evaluate/evaluate.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"
#include "temper/train/state.h"

/// Evaluations of a state in training. Each leaves the state as it was, except that its network is
/// in evaluation mode. `cancel` is as in predict().
namespace temper::evaluate {

/// Whether the state has averaged weights, and recipe.evaluation selects them.
bool uses_averages(const train::State& state, const recipe::Recipe& recipe);

/// "averaged" or "raw": the weights that recipe.evaluation selects.
std::string selected_weights(const train::State& state, const recipe::Recipe& recipe);

/// The scores of the trained weights on the plan's fixed part of the training set and on its
/// validation set.
train::Scores raw_scores(train::State& state, const train::Plan& plan,
                         const std::function<bool()>& cancel = {});

/// The same for the first of the averaged weights, of which the state must have some. They are
/// brought up to the current step first, and BatchNorm's statistics are re-estimated where they
/// need it.
/// @param recipe  with the scheduled values of the state's step
train::Scores averaged_scores(train::State& state, const recipe::Recipe& recipe,
                              const train::Plan& plan, const std::function<bool()>& cancel = {});

/// Re-estimates BatchNorm's statistics for averaged weights where they need it, without evaluating
/// them. The weights are those that the state has, which may be restored ones.
/// @param index  of the average
void complete_average(train::State& state, const train::Plan& plan, std::size_t index,
                      const std::function<bool()>& cancel = {});

/// The predictions on the test set, with the recipe's test-time augmentation, by the weights that
/// recipe.evaluation selects, as they were after their last evaluation.
Predictions test_predictions(train::State& state, const train::Plan& plan,
                             const std::function<bool()>& cancel = {});

}  // namespace temper::evaluate
