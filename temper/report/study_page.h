#pragma once
#include <string>

#include "temper/report/live.h"
#include "temper/study/analysis/table.h"

namespace temper::report {

/// The page of a study, a self-contained file: tables, a forest plot with every seed, learning
/// curves over one another, cost against gain, the Pareto front of the validation figure against
/// time.
/// @param live  of a page that `temper watch` serves; null: a file
std::string study_page(const study::StudyTable& table, const Live* live = nullptr);

}  // namespace temper::report
