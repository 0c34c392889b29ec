#include "temper/statistics/sequential.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "temper/statistics/checks.h"
#include "temper/statistics/distributions.h"

namespace temper::statistics {
namespace {

constexpr double kFar = 9;  ///< more than 1 - 1e-18 of the normal distribution is nearer to 0

/// Where a function is evaluated for an integral, and the weights of its values: the density of the
/// score (z times the root of the information), of tests that have not stopped, times the width
/// that a value stands for.
struct Mass {
  std::vector<double> at, weight;
};

/// Probability that both sides together have spent after a fraction of the information.
double spent(double fraction, double alpha) {
  return 4 * normal_cdf(normal_quantile(alpha / 4) / std::sqrt(fraction));
}

/// Probability that a score is at most -limit or at least limit after further information.
double stops(const Mass& before, double limit, double further) {
  const double deviation = std::sqrt(further);
  double sum = 0;
  for (std::size_t i = 0; i < before.at.size(); ++i)
    sum += before.weight[i] * (normal_cdf((before.at[i] - limit) / deviation) +
                               normal_cdf((-before.at[i] - limit) / deviation));
  return sum;
}

/// The Legendre polynomial of degree n at x in (-1, 1), and its derivative.
std::pair<double, double> legendre(std::size_t n, double x) {
  double last = 1, value = x;
  for (std::size_t degree = 2; degree <= n; ++degree) {
    const auto k = static_cast<double>(degree);
    const double next = ((2 * k - 1) * x * value - (k - 1) * last) / k;
    last = value;
    value = next;
  }
  return {value, static_cast<double>(n) * (x * value - last) / (x * x - 1)};
}

/// The n >= 2 nodes and weights of Gauss-Legendre quadrature on [-limit, limit]: the zeros of the
/// polynomial, by Newton's method.
Mass gauss_legendre(std::size_t n, double limit) {
  Mass result;
  for (std::size_t i = 0; i < n; ++i) {
    double x = -std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) /
                         (static_cast<double>(n) + 0.5));
    for (int step = 0; step < 5; ++step) {
      const auto [value, slope] = legendre(n, x);
      x -= value / slope;
    }
    const double slope = legendre(n, x).second;
    result.at.push_back(limit * x);
    result.weight.push_back(limit * 2 / ((1 - x * x) * slope * slope));
  }
  return result;
}

/// The scores within the limit after further information.
/// @param next  the information that follows that, which the nodes must be dense enough for
Mass goes_on(const Mass& before, double limit, double further, double next) {
  const double density = std::sqrt(1 / further + 1 / next);  // of features of the integrand
  const auto n = static_cast<std::size_t>(std::min(32 + 5 * limit * density, 4000.0));
  auto after = gauss_legendre(n, limit);
  const double factor = 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2 / std::sqrt(further);
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < before.at.size(); ++j) {
      const double distance = after.at[i] - before.at[j];
      sum += before.weight[j] * std::exp(-distance * distance / (2 * further));
    }
    after.weight[i] *= factor * sum;
  }
  return after;
}

/// The z whose look spends so much, after further information that adds up to `information`.
double bound_for(double spend, const Mass& before, double information, double further) {
  double low = 0, high = 2 * kFar;
  while (high - low > 1e-12) {
    const double middle = low + (high - low) / 2;
    (stops(before, middle * std::sqrt(information), further) > spend ? low : high) = middle;
  }
  return high;
}

void check(std::span<const double> fractions, double alpha) {
  check_fraction("level of the test", alpha);
  double before = 0;
  for (const double fraction : fractions) {
    if (!(fraction > before && fraction <= 1))
      refuse("fraction of the information", fraction,
             "an increasing list of numbers above 0, up to 1");
    before = fraction;
  }
}

}  // namespace

std::vector<double> spending_bounds(std::span<const double> information_fractions, double alpha) {
  check(information_fractions, alpha);
  std::vector<double> bounds;
  Mass mass{.at = {0}, .weight = {1}};
  double information = 0, so_far = 0;
  for (std::size_t look = 0; look < information_fractions.size(); ++look) {
    const double fraction = information_fractions[look];
    const double further = fraction - information;
    const double spend = spent(fraction, alpha) - so_far;
    const bool can_stop = spend > 1e-15;
    bounds.push_back(can_stop ? bound_for(spend, mass, fraction, further)
                              : std::numeric_limits<double>::infinity());
    if (can_stop) so_far += spend;
    information = fraction;
    if (look + 1 == information_fractions.size()) break;
    mass = goes_on(mass, std::min(bounds.back(), kFar) * std::sqrt(fraction), further,
                   information_fractions[look + 1] - fraction);
  }
  return bounds;
}

}  // namespace temper::statistics
