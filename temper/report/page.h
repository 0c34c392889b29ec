#pragma once
#include <string>

#include "temper/report/sections.h"

namespace temper::report {

/// The complete page: markup, style, scripts, data of the plots and images.
std::string page(const ReportData& facts);

}  // namespace temper::report
