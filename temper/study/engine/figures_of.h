#pragma once
#include <map>
#include <string>
#include <vector>

#include "temper/evaluate/assess.h"
#include "temper/recipe/recipe.h"
#include "temper/study/engine/result.h"
#include "temper/train/events.h"

/// The figures of a trial, by dotted name (docs/study-folder.md).
namespace temper::study {

using Figures = std::map<std::string, double>;

/// The keys of `temper eval --json`, except intervals, classes, and what is not finite. Those of
/// the gap and of the weights' norms stand alone, the others begin with the split: "gap.loss",
/// "validation.calibration_error.equal_width".
void add_figures(Figures& figures, const evaluate::Assessment& assessment);

/// Cost, sizes, the first training loss and early stopping, from the events of a run. Times by
/// activity are those of the last process, extended to all steps where it did not do them all.
void add_figures(Figures& figures, const std::vector<train::Event>& events);

/// Where evaluations are under attack, too: "attacked.accuracy", that of the last one, and
/// "attacked.deviation", over the second half of the run: the root of half the mean squared
/// difference between one evaluation and the next, which is the standard deviation around the
/// course that training takes.
void add_attacked(Figures& figures, const std::vector<train::Event>& events,
                  const recipe::Recipe& recipe);

/// The evaluations after every epoch.
/// @param events   of a run, in their order
std::vector<Epoch> epochs_of(const std::vector<train::Event>& events, const recipe::Recipe& recipe);

}  // namespace temper::study
