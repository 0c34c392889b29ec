#pragma once
#include <string>

#include "temper/report/live.h"
#include "temper/report/sections.h"

namespace temper::report {

/// The complete page: markup, style, scripts, data of the plots and images.
/// @param live  of a page that `temper watch` serves; null: a file
std::string page(const ReportData& facts, const Live* live = nullptr);

}  // namespace temper::report
