#include "temper/statistics/checks.h"

#include <fmt/format.h>

#include <cmath>

#include "temper/core/error.h"

namespace temper::statistics {

void refuse(std::string_view what, double value, std::string_view expected) {
  throw Error(Code::data, fmt::format("{} {}: expected {}", what, value, expected));
}

void check_positive(std::string_view what, double value) {
  if (!(value > 0) || !std::isfinite(value)) refuse(what, value, "a positive, finite number");
}

void check_fraction(std::string_view what, double value) {
  if (!(value > 0 && value < 1)) refuse(what, value, "a number between 0 and 1, without the ends");
}

void check_finite(std::string_view what, std::span<const double> values) {
  for (const double value : values)
    if (!std::isfinite(value)) refuse(what, value, "finite numbers");
}

}  // namespace temper::statistics
