#pragma once
#include <string>

namespace temper::cli {

/// Seconds of "90", "90s", "15m", "2h30m" or "1:30:00". Throws Error{Code::usage} for anything
/// else.
double parse_duration(const std::string& text);

}  // namespace temper::cli
