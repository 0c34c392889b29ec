#pragma once
#include <string>
#include <vector>

#include "temper/recipe/recipe.h"
#include "temper/train/events.h"
#include "temper/train/state.h"

/// The averaged weights, kept in addition to the trained ones: the averages of recipe.averaging, or
/// the evaluation weights of an optimizer that averages by itself (Schedule-Free). The first of
/// them is evaluated; the others are kept in checkpoints and in files of the finished run.
namespace temper::train {

/// The name of each: its kind, "ema", "swa" or "lawa", from the second of a kind on with its
/// number, "ema-2"; "schedule_free" for the optimizer's own.
std::vector<std::string> averaging_names(const recipe::Recipe& recipe);

/// The name of the one that is evaluated; "" without averaged weights.
std::string averaging_name(const recipe::Recipe& recipe);

/// The scores, in an evaluation, of the weights that recipe.evaluation selects: the averaged ones
/// where there are any, unless it asks for the raw ones.
const std::optional<Scores>& selected_scores(const Evaluated& evaluated,
                                             const recipe::Recipe& recipe);

/// The file of a finished run that holds averaged weights: "model-ema.safetensors".
std::string averaged_file(const std::string& name);

/// Whether BatchNorm's statistics are re-estimated for the averaged weights with this index.
bool wants_statistics(const recipe::Recipe& recipe, std::size_t index);

/// Allocates the averaged weights in a new state.
void begin_averages(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon);

/// Updates the averaged weights to the current step where the steps do not: for an optimizer whose
/// evaluation weights differ from its training weights. Of several ranks with State::shards all
/// call it.
void refresh_averages(State& state, const recipe::Recipe& recipe);

}  // namespace temper::train
