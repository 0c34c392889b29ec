#pragma once
#include <string>

#include "temper/recipe/recipe.h"
#include "temper/train/events.h"
#include "temper/train/state.h"

/// The averaged weights, kept in addition to the trained ones: an average of recipe.averaging, or
/// the evaluation weights of an optimizer that averages by itself (Schedule-Free).
namespace temper::train {

/// "ema", "swa", "lawa", "schedule_free"; "" without averaged weights.
std::string averaging_name(const recipe::Recipe& recipe);

/// The scores, in an evaluation, of the weights that recipe.evaluation selects: the averaged ones
/// where there are any, unless it asks for the raw ones.
const std::optional<Scores>& selected_scores(const Evaluated& evaluated,
                                             const recipe::Recipe& recipe);

/// The file of a finished run that holds the averaged weights: "model-ema.safetensors".
std::string averaged_file(const recipe::Recipe& recipe);

/// Whether BatchNorm's statistics are re-estimated for the averaged weights.
bool wants_statistics(const recipe::Recipe& recipe);

/// Allocates the averaged weights in a new state.
void begin_averages(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon);

/// Updates the averaged weights to the current step where the steps do not: for an optimizer whose
/// evaluation weights differ from its training weights.
void refresh_averages(State& state, const recipe::Recipe& recipe);

}  // namespace temper::train
