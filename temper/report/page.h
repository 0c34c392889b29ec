#pragma once
#include <string>

#include "temper/report/sections.h"

namespace temper::report {

/// The whole page: markup, style, scripts, numbers for the plots and pictures.
std::string page(const Facts& facts);

}  // namespace temper::report
