#include "temper/statistics/classifiers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "temper/core/error.h"
#include "temper/statistics/checks.h"
#include "temper/statistics/distributions.h"

namespace temper::statistics {
namespace {

/// The share of images of each class.
std::vector<double> shares(std::span<const std::int64_t> predicted, std::int64_t classes) {
  std::vector<double> found(static_cast<std::size_t>(classes), 0);
  for (const auto one : predicted) {
    if (one < 0 || one >= classes)
      throw Error(Code::data,
                  fmt::format("a predicted class is {}; expected one of {} classes", one, classes));
    found[static_cast<std::size_t>(one)] += 1;
  }
  for (auto& share : found) share /= static_cast<double>(predicted.size());
  return found;
}

}  // namespace

McNemar mcnemar(std::int64_t only_a, std::int64_t only_b) {
  for (const auto number : {only_a, only_b})
    if (number < 0) refuse("number of images", static_cast<double>(number), "at least 0");
  McNemar test{.only_a = only_a, .only_b = only_b};
  const auto both = only_a + only_b;
  if (both == 0) return test;
  test.exact_p = std::min(1.0, 2 * binomial_cdf(std::min(only_a, only_b), both, 0.5));
  const auto distance = static_cast<double>(std::abs(only_a - only_b)) - 1;
  test.chi_squared = distance * distance / static_cast<double>(both);
  test.chi_squared_p = chi_squared_survival(test.chi_squared, 1);
  return test;
}

Agreement agreement(std::span<const std::int64_t> a, std::span<const std::int64_t> b,
                    std::int64_t classes) {
  if (a.size() != b.size() || a.empty())
    throw Error(Code::data,
                fmt::format("predictions for {} and {} images: expected those of the same images, "
                            "at least one",
                            a.size(), b.size()));
  const auto of_a = shares(a, classes), of_b = shares(b, classes);
  const auto images = static_cast<double>(a.size());
  double chance = 0;
  for (std::size_t i = 0; i < of_a.size(); ++i) chance += of_a[i] * of_b[i];
  std::size_t equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1U : 0U;
  Agreement found{.share = static_cast<double>(equal) / images, .interval = {1, 1}};
  if (chance >= 1) {
    found.kappa = 1;
    return found;
  }
  found.kappa = (found.share - chance) / (1 - chance);
  const double rest = 1 - found.kappa;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto row = static_cast<std::size_t>(a[i]), column = static_cast<std::size_t>(b[i]);
    const double term =
        row == column ? 1 - (of_a[row] + of_b[row]) * rest : rest * (of_b[row] + of_a[column]);
    sum += term * term;
  }
  const double beyond = found.kappa - chance * rest;
  const double variance = (sum / images - beyond * beyond) / (1 - chance) / (1 - chance) / images;
  found.deviation = std::sqrt(std::max(0.0, variance));
  const double width = normal_quantile(0.975) * found.deviation;
  found.interval = {found.kappa - width, found.kappa + width};
  return found;
}

}  // namespace temper::statistics
