#pragma once
#include <optional>
#include <string>

#include "temper/recipe/recipe.h"
#include "temper/train/events.h"
#include "temper/train/state.h"

/// Early stopping of a run: what it has seen, when it ends, and the weights that it ends with.
/// Without recipe.early_stopping nothing of it is there.
namespace temper::train {

/// Throws Error{Code::usage} where early stopping has no validation score to go by.
/// @param validated  there is a validation set
void check_stopping(const recipe::Recipe& recipe, bool validated);

/// The memory before the first evaluation, and room for the best weights where they are wanted.
void begin_stopping(State& state, const recipe::Recipe& recipe);

/// What an evaluation makes of the memory, which is left as it was.
struct Judged {
  regularize::StopMemory memory;
  bool best = false;  ///< no evaluation was better
  bool ends = false;  ///< training ends here
};

/// @param evaluated  with the scores of the weights that count
/// @return nothing without early stopping
std::optional<Judged> judge(const State& state, const recipe::Recipe& recipe,
                            const Evaluated& evaluated);

/// Takes it in, and where the evaluation is the best one, copies of its weights.
void take_in(State& state, const Judged& judged);

/// Whether the last evaluation has ended training.
bool has_ended(const State& state, const recipe::Recipe& recipe);

/// When training is over: puts the best weights in the place of the last ones, raw and averaged,
/// where the recipe asks for that and there was an evaluation that gave a number. Doing so again
/// changes nothing.
/// @return what is told; nothing without early stopping
std::optional<EarlyStop> conclude(State& state, const recipe::Recipe& recipe,
                                  const schedule::Horizon& horizon);

/// One or two sentences for a person: why and when the run ended, and with which weights.
/// @param epochs  of the recipe
std::string to_text(const EarlyStop& stop, std::int64_t epochs);

}  // namespace temper::train
