#pragma once
#include <span>
#include <string_view>

/// Checks of arguments, which throw Error{Code::data}.
namespace temper::statistics {

/// @param what  "standard deviation"
void check_positive(std::string_view what, double value);
/// Strictly between 0 and 1.
void check_fraction(std::string_view what, double value);
void check_finite(std::string_view what, std::span<const double> values);
[[noreturn]] void refuse(std::string_view what, double value, std::string_view expected);

}  // namespace temper::statistics
