#pragma once
#include "temper/recipe/recipe.h"
#include "temper/train/events.h"
#include "temper/train/state.h"

/// The state of plateau schedules, which follow the validation score.
namespace temper::train {

/// The records before the first evaluation, one for every plateau schedule of the recipe.
recipe::Plateaus start_plateaus(const recipe::Recipe& recipe);

/// Updates every plateau with an epoch's evaluation: the validation score of the weights that
/// recipe.evaluation selects.
void observe(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon,
             const Evaluated& evaluated);

/// Restores the records of a checkpoint that are of the same measure.
/// @return the paths of the others, which are reset
std::vector<std::string> take_plateaus(State& state, const recipe::Plateaus& saved);

}  // namespace temper::train
