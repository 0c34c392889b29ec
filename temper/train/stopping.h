#pragma once
#include <optional>
#include <string>

#include "temper/recipe/recipe.h"
#include "temper/train/events.h"
#include "temper/train/state.h"

/// Early stopping of a run: its record of evaluations, the decision to end training, and the
/// weights of the finished run. Without recipe.early_stopping all of this is empty.
namespace temper::train {

/// Throws Error{Code::usage} where early stopping has no validation score.
/// @param validated  whether there is a validation set
void check_stopping(const recipe::Recipe& recipe, bool validated);

/// Initializes the record of evaluations and, with restore_best, the copies of the best weights.
void begin_stopping(State& state, const recipe::Recipe& recipe);

/// The outcome of an evaluation.
struct StopDecision {
  regularize::EarlyStoppingState memory;  ///< the record, updated
  bool best = false;                      ///< whether this is the best evaluation so far
  bool ends = false;                      ///< whether training ends here
};

/// Compares an evaluation with the earlier ones. Does not change the state.
/// @param evaluated  with the scores of the weights that recipe.evaluation selects
/// @return nothing without early stopping
std::optional<StopDecision> judge(const State& state, const recipe::Recipe& recipe,
                                  const Evaluated& evaluated);

/// Stores the updated record, and a copy of the weights if the evaluation is the best one.
void record_evaluation(State& state, const StopDecision& judged);

/// Whether the last evaluation has ended training.
bool should_stop(const State& state, const recipe::Recipe& recipe);

/// At the end of training: restores the best weights, raw and averaged, where the recipe asks for
/// that and some evaluation had a finite score. Idempotent.
/// @return the event to report; nothing without early stopping
std::optional<EarlyStop> finish_early_stopping(State& state, const recipe::Recipe& recipe,
                                               const schedule::Horizon& horizon);

/// Two sentences: why and when the run ended, and with which weights.
/// @param epochs  of the recipe
std::string to_text(const EarlyStop& stop, std::int64_t epochs);

}  // namespace temper::train
