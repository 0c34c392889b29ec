#pragma once
#include <string>

namespace temper::cli {

/// Parses "90", "90s", "15m", "2h30m" or "1:30:00" to seconds. Throws Error{Code::usage} for
/// anything else.
double parse_duration(const std::string& text);

}  // namespace temper::cli
