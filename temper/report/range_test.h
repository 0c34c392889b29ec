#pragma once
#include <string>

#include "temper/tune/range_test.h"

/// What a learning rate range test found.
namespace temper::report {

/// For a terminal: the curve as rows with bars, and the suggestions with their sources.
std::string range_test_text(const tune::RangeTest& test);
/// A line for each step, with all digits: step, learning rate, loss, smoothed loss.
std::string range_test_csv(const tune::RangeTest& test);
/// A self-contained page with the curve.
std::string range_test_page(const tune::RangeTest& test);

}  // namespace temper::report
