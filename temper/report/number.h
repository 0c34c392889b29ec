#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "temper/measure/interval.h"

/// Number formatting for publication: only significant digits, units after a narrow no-break space,
/// a typographic minus sign. NaN and infinity are written as "not finite".
namespace temper::report {

/// 258426 -> "258 426".
std::string count_text(std::int64_t number);
/// "1 image", "57 images": for nouns whose plural ends in s.
std::string counted(std::int64_t count, std::string_view noun);
/// 14230272 -> "14.2 million"; below a million as count_text.
std::string large_text(std::int64_t number);
/// One decimal below a thousand trials, otherwise two: more would not be significant.
/// 0.928 of 10000 -> "92.80 %".
std::string percent_text(double fraction, std::int64_t trials);
/// "92.28 to 93.29 %".
std::string interval_text(const measure::Interval& interval, std::int64_t trials);
/// Significant digits: 0.30719 -> "0.3072", 0.00012 -> "1.200 × 10⁻⁴".
std::string significant_text(double number, int digits = 4);
/// "+0.0312": a difference, with four decimals.
std::string difference_text(double number);
/// "+1.24 points": a difference of fractions in percentage points.
std::string points_text(double fraction);
/// "3.1 s", "6 min 50 s", "1 h 02 min".
std::string duration_text(double seconds);

}  // namespace temper::report
