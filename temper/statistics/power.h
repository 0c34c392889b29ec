#pragma once
#include <cstdint>

#include "temper/statistics/search.h"  // IWYU pragma: export

/// Planning the number of seeds of a paired comparison whose deviation is known; for one that is
/// estimated from a pilot, two_stage.h. All by the noncentral t distribution (Cohen 1988,
/// "Statistical power analysis for the behavioral sciences"). Effects and deviations are in the
/// same unit, such as percentage points. With several comparisons under Holm's correction, `alpha`
/// is 1 - bonferroni_level(level, comparisons), with which the first of them must be found.
///
/// `pilot` is the number of seeds from which that of the others was planned: the test after it has
/// n - pilot degrees of freedom. 0: there was none, and it has n - 1.
namespace temper::statistics {

/// The probability that the two-sided paired t test finds a true mean difference, in either
/// direction.
/// @param effect     the true mean difference; its sign does not matter
/// @param deviation  standard deviation of the differences, > 0
/// @param n          pairs, more than the pilot's
/// @param alpha      level of the test, in (0, 1). Throws Error{Code::data} for anything else.
double power(double effect, double deviation, std::int64_t n, double alpha, std::int64_t pilot = 0);

/// The smallest number of pairs, the pilot's included, that has the power; kMostPairs where even
/// those have less.
/// @param effect  not 0
/// @param power   in (alpha, 1). Throws Error{Code::data} for anything else, and as power() does.
std::int64_t sample_size(double effect, double deviation, double power, double alpha,
                         std::int64_t pilot = 0);

/// The smallest true mean difference, > 0, that n pairs find with the power. Throws as
/// sample_size() does.
double smallest_detectable(double deviation, std::int64_t n, double power, double alpha,
                           std::int64_t pilot = 0);

}  // namespace temper::statistics
