#pragma once
#include "temper/study/definition/study.h"

namespace temper::study {

/// Checks what takes the recipes of all arms: that each can be, that all have the same data, that
/// every row changes something, that tuned numbers exist and no row fixes them, that redrawn splits
/// have no seed of their own, what may change at a row's from_step, and that claims compare
/// different recipes. Throws Error{Code::usage} with the place of the first mistake.
void check_arms(const Study& study);

}  // namespace temper::study
