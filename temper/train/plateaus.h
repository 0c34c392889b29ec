#pragma once
#include "temper/recipe/recipe.h"
#include "temper/train/events.h"
#include "temper/train/state.h"

/// What schedules remember that follow the validation score.
namespace temper::train {

/// The memories before the first evaluation, one for every plateau of the recipe.
recipe::Plateaus start_plateaus(const recipe::Recipe& recipe);

/// Every plateau sees an epoch's evaluation: the validation score of the weights that count.
void observe(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon,
             const Evaluated& evaluated);

/// Takes the memories of a checkpoint that are about the same measure.
/// @return the paths of those that begin anew
std::vector<std::string> take_plateaus(State& state, const recipe::Plateaus& saved);

}  // namespace temper::train
