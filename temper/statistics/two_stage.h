#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Planning the number of seeds from a pilot, where nobody knows the deviation of the differences:
/// Stein's two-stage procedure (1945, "A two-sample test for a linear hypothesis whose power is
/// independent of the variance") with a test that uses more of the data. A few seeds, the pilot,
/// are run for all rows; their deviations give one number of seeds, which is fixed before the rest
/// is run; then the comparisons are judged once, with Comparison::pilot. All seeds count, the
/// pilot's too.
///
/// **Level.** The number of seeds depends on the deviations in the pilot, but not on its means. So
/// the test of paired_difference(a, b, pilot) is exact for every row, whatever the rows' deviations
/// and the correlations between them, and Holm's correction holds. An ordinary t test of all pairs
/// calls up to 6.3% of null effects different at the 5% level after this plan, and one of ten rows
/// 1.5 times as often as it should (8%, and twice as often, where n is planned for s as if it were
/// the true deviation). The test remains exact when a budget or the cost of a run has a say, or a
/// person who has seen deviations and no means. Stein's own test, by the deviation of the pilot
/// alone, is exact too, but takes about twice as many seeds where one of ten rows must be found
/// after a pilot of five.
///
/// **Power.** With n pairs, n0 of them the pilot's, a standard deviation s in the pilot with v
/// degrees of freedom, alpha = (1 - level) / comparisons, and t the critical value at alpha with
/// n - n0 degrees of freedom, the power averaged over pilots is about
///
///   P(t' <= detect sqrt(n) / s), t' noncentral t with v degrees of freedom and noncentrality t
///
/// (exactly that for large n). The smallest n that reaches the power is taken, and at least
/// kLeastAfterPilot more than n0. A plan for s as if it were the true deviation finds effects less
/// often than promised: 70 instead of 80% after a pilot of five, 64% over ten rows.
///
/// This is the power for one row that differs among others that don't; where more of them do,
/// Holm's procedure finds each more often. It is exceeded where the least number of seeds is more
/// than enough.
///
/// Simulated, planned for 80% at the 5% level, with pilots of 3, 5 and 8 seeds, 1 to 10 rows, and
/// correlations between the rows' differences of 0.2 to 0.8: n finds the effect in 73 to 88% of the
/// studies (78 to 83% after 5 seeds with a correlation of 0.5), averaged over rows, for equal
/// deviations as for some that differ by factors of 2; by_row in 80 to 84%, in each single row.
/// tests/statistics/two_stage_test.cpp simulates a part of it.
namespace temper::statistics {

/// The deviation is estimated from the seeds after the pilot: from fewer of them, intervals would
/// be too wide to be of use.
inline constexpr std::int64_t kLeastAfterPilot = 3;

/// How many seeds a study needs in all, those of the pilot included.
///
/// Where a budget allows fewer than kLeastAfterPilot more than the pilot, it is the budget that
/// decides, whatever the deviations: such a study is judged without Comparison::pilot.
struct TwoStage {
  /// One number for all rows, planned for their pooled deviation. Where deviations differ, an
  /// effect is found more often in a quiet row, less often in a noisy one, and in `power` on
  /// average: name the rows with by_row above n before the rest is run.
  std::int64_t n = 0;
  double pilot_deviation = 0;  ///< pooled: the root of the mean of the rows' variances
  /// What each row needs by its own deviation to have the power whatever the others do. On average
  /// more than n: one row's deviation is less well known than the pooled one.
  std::vector<std::int64_t> by_row;
  std::size_t row = 0;  ///< that which needs most
};

/// Rows share the base's runs, so that their deviations are not independent: the pooled one counts
/// as having sum(n0 - 1) / (1 + (rows - 1) / 4) degrees of freedom, which is right for differences
/// that correlate by 1/2.
/// @param pilot_differences_by_row  the paired differences of each row that will be compared; at
///                least one row, at least 2 seeds, usually the same ones in every row
/// @param detect  the true mean difference that is to be found, in the units of the numbers; > 0
/// @param power   the probability of finding it, averaged over pilots, such as 0.8; more than alpha
/// @param level   confidence, such as 0.95: all comparisons together are tested at 1 - level
/// @param comparisons  how many will be judged together by Holm; 0: as many as there are rows
///
/// Throws Error{Code::data} for anything else.
TwoStage plan_two_stage(std::span<const std::vector<double>> pilot_differences_by_row,
                        double detect, double power, double level, std::int64_t comparisons = 0);

/// What a plan that can't be afforded finds: the true mean difference that has the power with n
/// seeds, the pilot's included.
/// @param differences  a row's, in the pilot
/// @param n            more than the pilot's
double detectable_after_pilot(std::span<const double> differences, std::int64_t n, double power,
                              double level, std::int64_t comparisons);

}  // namespace temper::statistics
