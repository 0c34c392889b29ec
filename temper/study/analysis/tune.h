#pragma once
#include "temper/study/analysis/course.h"

namespace temper::study {

/// Tunes the numbers of every arm on the validation set, each arm with the same settings at most
/// and the same seeds, which no run of the table has. A student is tuned after its teacher. Of a
/// time budget, tuning gets half: if the settings take longer, all arms get fewer, and none if even
/// the grids don't fit.
/// @param stand  receives the arms with their tuned numbers, or the next trials
/// @return whether tuning is done
bool tune(const Course& course, const Results& results, Stand& stand);

}  // namespace temper::study
