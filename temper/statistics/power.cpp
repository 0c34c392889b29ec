#include "temper/statistics/power.h"

#include <algorithm>
#include <cmath>

#include "temper/statistics/checks.h"
#include "temper/statistics/distributions.h"
#include "temper/statistics/two_stage.h"

namespace temper::statistics {
namespace {

/// Of the test for a mean difference of so many standard errors.
double power_at(double standard_errors, std::int64_t df, double alpha) {
  const auto freedom = static_cast<double>(df);
  const double critical = t_quantile(1 - alpha / 2, freedom);
  return 1 - noncentral_t_cdf(critical, freedom, standard_errors) +
         noncentral_t_cdf(-critical, freedom, standard_errors);
}

void check(double deviation, double alpha, std::int64_t pilot) {
  check_positive("standard deviation", deviation);
  check_fraction("level of the test", alpha);
  if (pilot < 0) refuse("seeds of the pilot", static_cast<double>(pilot), "at least 0");
}

void check_pairs(std::int64_t n, std::int64_t pilot) {
  if (n < 2) refuse("number of pairs", static_cast<double>(n), "at least 2");
  if (n <= pilot) refuse("number of pairs", static_cast<double>(n), "more than the pilot's");
}

std::int64_t df_of(std::int64_t n, std::int64_t pilot) {
  return n - std::max<std::int64_t>(pilot, 1);
}

void check_power(double power, double alpha) {
  check_fraction("power", power);
  if (!(power > alpha)) refuse("power", power, "more than the level of the test");
}

}  // namespace

double power(double effect, double deviation, std::int64_t n, double alpha, std::int64_t pilot) {
  check(deviation, alpha, pilot);
  check_pairs(n, pilot);
  check_finite("effect", {&effect, 1});
  return power_at(std::abs(effect) / deviation * std::sqrt(static_cast<double>(n)), df_of(n, pilot),
                  alpha);
}

std::int64_t sample_size(double effect, double deviation, double power, double alpha,
                         std::int64_t pilot) {
  check(deviation, alpha, pilot);
  check_power(power, alpha);
  check_positive("effect", std::abs(effect));
  const auto least = pilot > 0 ? pilot + kLeastAfterPilot : 2;
  return fewest(least, [&](std::int64_t n) {
    return statistics::power(effect, deviation, n, alpha, pilot) >= power;
  });
}

double smallest_detectable(double deviation, std::int64_t n, double power, double alpha,
                           std::int64_t pilot) {
  check(deviation, alpha, pilot);
  check_pairs(n, pilot);
  check_power(power, alpha);
  const double standard_errors =
      reaches(power, [&](double x) { return power_at(x, df_of(n, pilot), alpha); });
  return standard_errors * deviation / std::sqrt(static_cast<double>(n));
}

}  // namespace temper::statistics
