#include "temper/core/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <regex>

#include "temper/core/error.h"

namespace temper {

double parse_duration(const std::string& text) {
  static const std::regex units(R"((?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9}(?:\.\d+)?)s?)?)");
  static const std::regex clock(R"(()(\d{1,6}):(\d\d)(?::(\d\d))?)");
  const auto seconds = [](const std::ssub_match& part, double unit) {
    return part.matched && part.length() > 0 ? std::stod(part.str()) * unit : 0;
  };
  std::smatch part;
  double total = 0;
  if (std::regex_match(text, part, clock))
    total = seconds(part[4], 1) + (part[4].matched ? 60 : 1) * seconds(part[3], 1) +
            (part[4].matched ? 3600 : 60) * seconds(part[2], 1);
  else if (std::regex_match(text, part, units))
    total = seconds(part[1], 3600) + seconds(part[2], 60) + seconds(part[3], 1);
  if (total > 0) return total;
  throw Error(Code::usage, fmt::format("'{}' is not a duration; expected seconds, or a form like "
                                       "45m, 2h30m or 1:30:00",
                                       text));
}

std::string clock_text(double seconds) {
  const auto total = std::int64_t{std::llround(std::max(0.0, seconds))};
  if (total >= 3600)
    return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
  return fmt::format("{}:{:02}", total / 60, total % 60);
}

}  // namespace temper
