#include "temper/statistics/power.h"

#include <cmath>

#include "temper/statistics/checks.h"
#include "temper/statistics/distributions.h"

namespace temper::statistics {
namespace {

/// Of the test with n pairs for a mean difference of so many standard errors.
double power_at(double standard_errors, std::int64_t n, double alpha) {
  const auto df = static_cast<double>(n - 1);
  const double critical = t_quantile(1 - alpha / 2, df);
  return 1 - noncentral_t_cdf(critical, df, standard_errors) +
         noncentral_t_cdf(-critical, df, standard_errors);
}

void check(double deviation, std::int64_t n, double alpha) {
  check_positive("standard deviation", deviation);
  check_fraction("level of the test", alpha);
  if (n < 2) refuse("number of pairs", static_cast<double>(n), "at least 2");
}

void check_power(double power, double alpha) {
  check_fraction("power", power);
  if (!(power > alpha)) refuse("power", power, "more than the level of the test");
}

}  // namespace

double power(double effect, double deviation, std::int64_t n, double alpha) {
  check(deviation, n, alpha);
  check_finite("effect", {&effect, 1});
  return power_at(std::abs(effect) / deviation * std::sqrt(static_cast<double>(n)), n, alpha);
}

std::int64_t sample_size(double effect, double deviation, double power, double alpha) {
  check(deviation, 2, alpha);
  check_power(power, alpha);
  check_positive("effect", std::abs(effect));
  return fewest(
      2, [&](std::int64_t n) { return statistics::power(effect, deviation, n, alpha) >= power; });
}

double smallest_detectable(double deviation, std::int64_t n, double power, double alpha) {
  check(deviation, n, alpha);
  check_power(power, alpha);
  const double standard_errors = reaches(power, [&](double x) { return power_at(x, n, alpha); });
  return standard_errors * deviation / std::sqrt(static_cast<double>(n));
}

}  // namespace temper::statistics
