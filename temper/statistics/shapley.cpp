#include "temper/statistics/shapley.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "temper/core/error.h"
#include "temper/statistics/checks.h"
#include "temper/statistics/multiple.h"

namespace temper::statistics {
namespace {

/// n, for 2^n values.
std::size_t rows_of(std::span<const double> values, std::size_t least) {
  const auto rows = static_cast<std::size_t>(std::bit_width(values.size())) - 1;
  if (values.empty() || !std::has_single_bit(values.size()) || rows < least ||
      rows > kMostShapleyRows)
    throw Error(Code::data, fmt::format("{} results of subsets of rows: expected 2^n for n from {} "
                                        "to {}",
                                        values.size(), least, kMostShapleyRows));
  check_finite("result of a subset of rows", values);
  return rows;
}

/// The share of the orders of n rows in which exactly the rows of the subset come before the given
/// ones, `together` rows that are taken as one.
double share(std::size_t subset, std::size_t n, std::size_t together) {
  const auto before = static_cast<double>(std::popcount(subset));
  const auto after = static_cast<double>(n - together) - before;
  return std::tgamma(before + 1) * std::tgamma(after + 1) /
         std::tgamma(static_cast<double>(n - together) + 2);
}

/// PairedDifference of numbers against 0.
/// @param scale  size of the results that they were computed from
PairedDifference against_0(std::span<const double> numbers, std::int64_t pilot, double scale) {
  return paired_difference(numbers, std::vector<double>(numbers.size()), pilot, scale);
}

}  // namespace

std::vector<double> shapley(std::span<const double> values) {
  const auto n = rows_of(values, 1);
  std::vector<double> contributions(n);
  for (std::size_t row = 0; row < n; ++row) {
    const auto bit = std::size_t{1} << row;
    for (std::size_t subset = 0; subset < values.size(); ++subset)
      if ((subset & bit) == 0)
        contributions[row] += share(subset, n, 1) * (values[subset | bit] - values[subset]);
  }
  return contributions;
}

std::vector<double> interaction_indices(std::span<const double> values) {
  const auto n = rows_of(values, 2);
  std::vector<double> indices;
  for (std::size_t first = 0; first < n; ++first)
    for (std::size_t second = first + 1; second < n; ++second) {
      const auto a = std::size_t{1} << first, b = std::size_t{1} << second;
      double sum = 0;
      for (std::size_t subset = 0; subset < values.size(); ++subset)
        if ((subset & (a | b)) == 0)
          sum += share(subset, n, 2) * (values[subset | a | b] - values[subset | a] -
                                        values[subset | b] + values[subset]);
      indices.push_back(sum);
    }
  return indices;
}

std::vector<Interaction> interactions(std::span<const std::vector<double>> values_by_seed,
                                      double level, std::int64_t pilot) {
  check_fraction("level", level);
  std::vector<std::vector<double>> by_seed;
  for (const auto& values : values_by_seed) by_seed.push_back(interaction_indices(values));
  if (by_seed.size() < 2)
    refuse("number of seeds", static_cast<double>(by_seed.size()), "at least 2");
  const auto n = rows_of(values_by_seed.front(), 2);
  for (const auto& indices : by_seed)
    if (indices.size() != by_seed.front().size())
      throw Error(Code::data, "results of subsets of rows: expected as many of every seed");
  double scale = 0;
  for (const double value : values_by_seed.front()) scale = std::max(scale, std::abs(value));
  std::vector<Interaction> all;
  std::vector<double> p;
  for (std::size_t first = 0; first < n; ++first)
    for (std::size_t second = first + 1; second < n; ++second) {
      std::vector<double> of_pair;
      for (const auto& indices : by_seed) of_pair.push_back(indices.at(all.size()));
      all.push_back({.first = first, .second = second, .effect = against_0(of_pair, pilot, scale)});
      p.push_back(all.back().effect.p);
    }
  const auto adjusted = holm(p);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].adjusted_p = adjusted[i];
    all[i].flagged = adjusted[i] <= 1 - level;
  }
  return all;
}

}  // namespace temper::statistics
