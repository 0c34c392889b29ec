#pragma once
#include <string>

#include "temper/recipe/recipe.h"
#include "temper/train/events.h"
#include "temper/train/state.h"

/// The weights that stand beside the trained ones and count: an average that the recipe asks for,
/// or where an optimizer that averages by itself evaluates.
namespace temper::train {

/// "ema", "swa", "lawa", "schedule_free"; "" where only the trained weights are.
std::string averaging_name(const recipe::Recipe& recipe);

/// The scores, in an evaluation, of the weights that count.
const std::optional<Scores>& scores_that_count(const Evaluated& evaluated,
                                               const recipe::Recipe& recipe);

/// The file of a finished run that holds them: "model-ema.safetensors".
std::string averaged_file(const recipe::Recipe& recipe);

/// Whether BatchNorm's statistics are measured anew under them.
bool wants_statistics(const recipe::Recipe& recipe);

/// Room for them in a fresh state.
void begin_averages(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon);

/// Brings them up to the present step, where no step did: those of an optimizer that evaluates
/// elsewhere than it trains.
void refresh_averages(State& state, const recipe::Recipe& recipe);

}  // namespace temper::train
