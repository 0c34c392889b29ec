#pragma once
#include <string>

#include "temper/report/sections.h"

namespace temper::report {

/// The model card of a finished run, in Markdown: what the network is for, its figures with their
/// intervals, its calibration, data, training and input (Mitchell et al. 2019, Model cards for
/// model reporting, arXiv:1810.03993). What only its author can know is asked for in brackets.
/// @return "" for a run that is not finished or has not been evaluated
std::string model_card(const ReportData& facts);

}  // namespace temper::report
