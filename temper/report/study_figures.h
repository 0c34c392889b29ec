#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "temper/statistics/verdict.h"
#include "temper/study/analysis/table.h"

namespace temper::report {

/// The numbers that study.js draws: the figure's names, a strip of the forest plot for each
/// difference with the differences of every seed, and a curve and a point for each row.
nlohmann::json study_figures(const study::StudyTable& table);

/// Name of a verdict in the style sheet: "better", "worse", "same" or "undecided".
std::string_view style_of(statistics::Verdict verdict);

}  // namespace temper::report
