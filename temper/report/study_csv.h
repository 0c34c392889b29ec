#pragma once
#include <string>

#include "temper/study/analysis/table.h"

namespace temper::report {

/// A line for each row of each length, under a header, in the format of RFC 4180: numbers with all
/// their digits, differences with intervals, p-values and verdicts. What is not known is empty.
std::string study_csv(const study::StudyTable& table);

}  // namespace temper::report
