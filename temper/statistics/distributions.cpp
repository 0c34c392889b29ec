#include "temper/statistics/distributions.h"

#include <fmt/format.h>

#include <array>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "temper/statistics/checks.h"

namespace temper::statistics {
namespace {

constexpr double kFar = 10'000;

}  // namespace

double normal_cdf(double z) {
  return boost::math::cdf(boost::math::normal(), z);
}

double normal_quantile(double p) {
  check_fraction("probability", p);
  return boost::math::quantile(boost::math::normal(), p);
}

double t_cdf(double t, double df) {
  check_positive("degrees of freedom", df);
  return boost::math::cdf(boost::math::students_t(df), t);
}

double t_quantile(double p, double df) {
  check_fraction("probability", p);
  check_positive("degrees of freedom", df);
  return boost::math::quantile(boost::math::students_t(df), p);
}

double noncentral_t_cdf(double t, double df, double noncentrality) {
  if (!(df >= 1)) refuse("degrees of freedom", df, "at least 1");
  check_finite("t or noncentrality", std::array{t, df, noncentrality});
  if (noncentrality < 0) return 1 - noncentral_t_cdf(-t, df, -noncentrality);
  if (noncentrality > kFar) {  // Boost can't; beside it Z is nothing, and S decides
    if (t <= 0) return 0;
    const double s = noncentrality / t;
    return boost::math::cdf(complement(boost::math::chi_squared(df), df * s * s));
  }
  return boost::math::cdf(boost::math::non_central_t(df, noncentrality), t);
}

double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
  check_fraction("probability", p);
  const auto trials = static_cast<double>(n);
  if (n < 0) refuse("number of trials", trials, "at least 0");
  const auto successes = static_cast<double>(k);
  if (k < 0 || k > n) refuse("number of successes", successes, fmt::format("0 to {}", n));
  return boost::math::cdf(boost::math::binomial(trials, p), successes);
}

double chi_squared_survival(double x, double df) {
  check_positive("degrees of freedom", df);
  if (!(x >= 0)) refuse("chi-squared", x, "at least 0");
  return boost::math::cdf(complement(boost::math::chi_squared(df), x));
}

}  // namespace temper::statistics
