#pragma once
#include <cmath>
#include <cstdint>
#include <span>
#include <tuple>

#include "temper/core/keys.h"
#include "temper/statistics/interval.h"

/// The comparison of two recipes that were trained with the same seeds: each seed gives a pair of
/// numbers, and what is tested is the mean of their differences. The intervals and tests cover the
/// variation over seeds, on the images that there are; bootstrap.h covers that over images.
namespace temper::statistics {

/// The differences a - b, pair by pair, and Student's two-sided paired t test of their mean against
/// 0 ("Student" 1908, "The probable error of a mean").
struct PairedDifference {
  std::int64_t n = 0;
  double mean = 0;
  double deviation = 0;       ///< standard deviation of the differences, SS / df under the root;
                              ///< 0 where it is only what rounding makes of equal differences
  double standard_error = 0;  ///< deviation / sqrt(n)
  double df = 0;              ///< degrees of freedom: n - 1; after a pilot n - pilot
  double correlation = 0;     ///< Pearson's, of a and b; NaN where one of them is constant
  double deviation_a = 0;     ///< standard deviation of a, divided by n - 1
  double deviation_b = 0;
  double t = 0;  ///< mean / standard_error; for deviation 0: 0 for mean 0, else NaN
  double p = 1;  ///< two-sided; 1 for deviation 0

  /// False where all differences are the same number but 0: without variance nothing tells how far
  /// other seeds would move it.
  [[nodiscard]] bool has_test() const { return !std::isnan(t); }

  /// The pairs of the pilot; 0: there was none.
  [[nodiscard]] std::int64_t pilot() const {
    const auto taken = n - static_cast<std::int64_t>(df);
    return taken > 1 ? taken : 0;
  }

  static constexpr auto keys() {
    using P = PairedDifference;
    return std::tuple{key("n", &P::n),
                      key("mean", &P::mean),
                      key("deviation", &P::deviation),
                      key("standard_error", &P::standard_error),
                      key("df", &P::df),
                      key("correlation", &P::correlation),
                      key("deviation_a", &P::deviation_a),
                      key("deviation_b", &P::deviation_b),
                      key("t", &P::t),
                      key("p", &P::p)};
  }
};

/// Where the number of pairs was planned from the deviation of a pilot (two_stage.h), that
/// deviation is not used again: small ones lead to few pairs, so that an ordinary t test of all
/// pairs calls 6 to 8% of null effects different at the 5% level. The mean is that of all pairs,
/// but the sum of squares only what the pilot did not know, SS(all pairs) - SS(pilot), which has n
/// - pilot degrees of freedom and depends neither on the mean nor on n. So the test and its
/// intervals are exact, whatever the deviation (the "second segment" procedure of Zucker, Wittes,
/// Schabenberger, Brittain 1999, "Internal pilot studies II: comparison of various procedures").
///
/// @param a, b   the numbers of each seed, in the same order of seeds, in any unit
/// @param pilot  how many of the first pairs were the pilot from whose deviation the number of
/// pairs
///               was planned; 0: that number did not depend on the results, and this is the
///               ordinary paired t test
/// @param scale  size of the numbers that `a` and `b` were computed from, where those are larger:
///               differences by less than 1e-10 of it are rounding
/// Throws Error{Code::data} unless both have the same number of pairs, at least 2 and more than the
/// pilot's, all finite.
PairedDifference paired_difference(std::span<const double> a, std::span<const double> b,
                                   std::int64_t pilot = 0, double scale = 0);

/// Student's t interval of the mean difference. Of no width where the deviation is 0.
/// @param level  confidence, such as 0.95. Throws Error{Code::data} unless 0 < level < 1.
Interval t_interval(const PairedDifference& difference, double level);

/// What pairing bought: by which factor the variance of the mean difference is smaller than if the
/// two sides had the same deviations and were independent, (var(a) + var(b)) / var(a - b), with
/// var(a - b) from the correlation. So many times as many seeds would be needed without pairs.
/// About 1 where equal seeds make no difference, below 1 for a negative correlation; 1 where one
/// side is constant, NaN where both are, infinite where only their difference is.
double pairing_gain(const PairedDifference& difference);

}  // namespace temper::statistics
