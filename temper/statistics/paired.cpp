#include "temper/statistics/paired.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "temper/core/error.h"
#include "temper/statistics/checks.h"
#include "temper/statistics/distributions.h"

namespace temper::statistics {
namespace {

constexpr double kRounding = 1e-10;  // relative; figures of runs differ by more

double largest(std::span<const double> values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Sum of (x - mean of x) (y - mean of y).
double products(std::span<const double> x, std::span<const double> y) {
  const double mean_x = mean_of(x), mean_y = mean_of(y);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - mean_x) * (y[i] - mean_y);
  return sum;
}

double squares(std::span<const double> x) {
  return products(x, x);
}

/// squares(all) - squares(the first ones), without cancellation: what the others vary by, and how
/// far their mean is from that of the first ones.
double squares_after(std::span<const double> all, std::size_t first) {
  if (first == 0) return squares(all);
  const auto pilot = all.first(first), rest = all.subspan(first);
  const auto n = static_cast<double>(all.size());
  const double apart = mean_of(pilot) - mean_of(rest);
  return squares(rest) +
         static_cast<double>(pilot.size()) * static_cast<double>(rest.size()) / n * apart * apart;
}

void check_pairs(std::span<const double> a, std::span<const double> b, std::int64_t pilot) {
  if (a.size() != b.size() || a.size() < 2)
    throw Error(Code::data, fmt::format("{} and {} numbers to compare: expected as many pairs on "
                                        "both sides, at least 2",
                                        a.size(), b.size()));
  if (pilot < 0 || pilot >= static_cast<std::int64_t>(a.size()))
    throw Error(Code::data,
                fmt::format("{} pairs with a pilot of {}: expected more pairs than those "
                            "of the pilot",
                            a.size(), pilot));
  check_finite("number to compare", a);
  check_finite("number to compare", b);
}

}  // namespace

PairedDifference paired_difference(std::span<const double> a, std::span<const double> b,
                                   std::int64_t pilot, double scale) {
  check_pairs(a, b, pilot);
  std::vector<double> differences(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) differences[i] = a[i] - b[i];
  const auto n = static_cast<double>(a.size());
  PairedDifference result{.n = static_cast<std::int64_t>(a.size()),
                          .mean = mean_of(differences),
                          .df = pilot == 0 ? n - 1 : n - static_cast<double>(pilot)};
  const double rounding = kRounding * std::max({scale, largest(a), largest(b)});
  result.deviation =
      std::sqrt(squares_after(differences, static_cast<std::size_t>(pilot)) / result.df);
  if (result.deviation <= rounding) result.deviation = 0;
  result.standard_error = result.deviation / std::sqrt(n);
  const double of_a = squares(a), of_b = squares(b);
  result.deviation_a = std::sqrt(of_a / (n - 1));
  result.deviation_b = std::sqrt(of_b / (n - 1));
  result.correlation = of_a > 0 && of_b > 0 ? products(a, b) / std::sqrt(of_a * of_b)
                                            : std::numeric_limits<double>::quiet_NaN();
  if (result.deviation > 0) {
    result.t = result.mean / result.standard_error;
    result.p = 2 * t_cdf(-std::abs(result.t), result.df);
  } else if (std::abs(result.mean) > rounding) {
    result.t = std::numeric_limits<double>::quiet_NaN();
  }
  return result;
}

Interval t_interval(const PairedDifference& difference, double level) {
  check_fraction("level", level);
  const double half = t_quantile((1 + level) / 2, difference.df) * difference.standard_error;
  return {difference.mean - half, difference.mean + half};
}

double pairing_gain(const PairedDifference& difference) {
  const double a = difference.deviation_a, b = difference.deviation_b;
  const double apart = a * a + b * b;
  if (std::isnan(difference.correlation))
    return apart > 0 ? 1 : std::numeric_limits<double>::quiet_NaN();
  const double paired = apart - 2 * difference.correlation * a * b;
  return paired > 0 ? apart / paired : std::numeric_limits<double>::infinity();
}

}  // namespace temper::statistics
