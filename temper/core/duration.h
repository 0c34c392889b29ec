#pragma once
#include <string>

/// Durations as a person writes and reads them.
namespace temper {

/// Parses "90", "90s", "15m", "2h30m" or "1:30:00" to seconds. Throws Error{Code::usage} for
/// anything else.
double parse_duration(const std::string& text);

/// "1:23", "2:05:07"
std::string clock_text(double seconds);

}  // namespace temper
