#pragma once
#include <cstdint>

/// The distributions of the tests beside this file, by Boost.Math.
namespace temper::statistics {

/// Probability that a standard normal number is at most z. Either tail keeps its digits.
double normal_cdf(double z);
/// The z with normal_cdf(z) = p. Throws Error{Code::data} unless 0 < p < 1.
double normal_quantile(double p);

/// Probability that a number of Student's t distribution is at most t ("Student" 1908, "The
/// probable error of a mean"). Either tail keeps its digits.
/// @param df  degrees of freedom, > 0, not necessarily whole. Throws Error{Code::data} otherwise.
double t_cdf(double t, double df);
/// The t with t_cdf(t, df) = p. Throws Error{Code::data} unless 0 < p < 1 and df > 0.
double t_quantile(double p, double df);

/// Probability that a number of the noncentral t distribution is at most t: that of
/// (Z + noncentrality) / S, Z standard normal, S^2 independent and chi-squared with df degrees of
/// freedom, divided by df (Johnson, Welch 1940, "Applications of the non-central t-distribution").
/// Where |noncentrality| is above 10,000, Z is left out.
/// @param df  degrees of freedom, >= 1. Throws Error{Code::data} otherwise, and for numbers that
///            are not finite.
double noncentral_t_cdf(double t, double df, double noncentrality);

/// Probability that at most k of n independent trials succeed, each with probability p. Throws
/// Error{Code::data} unless 0 <= k <= n and 0 < p < 1.
double binomial_cdf(std::int64_t k, std::int64_t n, double p);

/// Probability that a number of the chi-squared distribution is above x. Throws Error{Code::data}
/// unless x >= 0 and df > 0.
double chi_squared_survival(double x, double df);

}  // namespace temper::statistics
