#pragma once
#include <string>

#include "temper/report/inspection.h"
#include "temper/report/run.h"

namespace temper::report {

/// The whole page: markup, style, scripts, numbers for the plots and pictures.
std::string page(Run run, Inspection inspection = {});

}  // namespace temper::report
