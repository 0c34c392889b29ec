#pragma once
#include "temper/study/analysis/course.h"

namespace temper::study {

/// The runs of the table, and how many seeds they have: those of the study; or, where a difference
/// is to be detected, as many as follow from a pilot's deviations (statistics/two_stage.h), fixed
/// once. The pilot's runs are the first of the table. Only the deviations of its differences are
/// used, so that the final test holds its level. A time budget lowers the number to what it allows,
/// and the notes say what can't be decided then.
/// @param stand  of a study that is tuned; receives the seeds, or the next trials, too
void choose_seeds(const Course& course, const Results& results, Stand& stand);

}  // namespace temper::study
