#pragma once
#include <cstdint>
#include <functional>

#include "temper/recipe/recipe.h"
#include "temper/study/definition/study.h"

namespace temper::study {

/// Checks what takes the recipes of all arms: that each can be, that all have the same data, that
/// every row changes something, that tuned numbers exist and no row fixes them, that redrawn splits
/// have no seed of their own, what may change at a row's from_step, and that claims compare
/// different recipes. Throws Error{Code::usage} with the place of the first mistake.
void check_arms(const Study& study);

/// The number of steps of a recipe's run.
using RunLength = std::function<std::int64_t(const recipe::Recipe&)>;

/// Checks that every row's from_step is before the end of the run. Throws Error{Code::usage} with
/// the row. check_arms() does so for lengths in steps; those in epochs take the data to know.
void check_beginnings(const Study& study, const RunLength& length);

}  // namespace temper::study
