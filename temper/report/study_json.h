#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "temper/study/analysis/table.h"

namespace temper::report {

/// Everything that a study found, with the numbers of every run. docs/ablate.md lists the keys.
nlohmann::json study_json(const study::StudyTable& table);
/// The same as text, with a line break at the end.
std::string study_json_text(const study::StudyTable& table);

}  // namespace temper::report
