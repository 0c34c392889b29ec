#pragma once
#include <cstdint>
#include <span>
#include <tuple>

#include "temper/core/keys.h"
#include "temper/statistics/interval.h"

/// Two classifiers on the same images.
namespace temper::statistics {

/// McNemar's test (McNemar 1947, "Note on the sampling error of the difference between correlated
/// proportions or percentages"): are both equally often right? Images that both classify rightly,
/// or both wrongly, say nothing about it.
struct McNemar {
  std::int64_t only_a = 0;  ///< images that a alone classifies rightly
  std::int64_t only_b = 0;
  /// Two-sided, from the binomial distribution of the smaller of both numbers: twice its
  /// probability or less, at most 1.
  double exact_p = 1;
  /// (|only_a - only_b| - 1)^2 / (only_a + only_b), with the continuity correction (Edwards 1948),
  /// as statsmodels computes it: also where both are equal. 0 without such images.
  double chi_squared = 0;
  double chi_squared_p = 1;  ///< of one degree of freedom

  static constexpr auto keys() {
    using M = McNemar;
    return std::tuple{key("only_first", &M::only_a), key("only_second", &M::only_b),
                      key("exact_p", &M::exact_p), key("chi_squared", &M::chi_squared),
                      key("chi_squared_p", &M::chi_squared_p)};
  }
};

/// Throws Error{Code::data} for negative numbers.
McNemar mcnemar(std::int64_t only_a, std::int64_t only_b);

/// How far two classifiers predict the same classes.
struct Agreement {
  double share = 0;  ///< of images with equal predictions
  /// Cohen's kappa (Cohen 1960, "A coefficient of agreement for nominal scales"): (share - chance)
  /// / (1 - chance), chance the share of equal predictions if they were independent. 1 where both
  /// predict one class alone.
  double kappa = 0;
  double deviation = 0;  ///< of kappa (Fleiss, Cohen, Everitt 1969)
  Interval interval;     ///< of kappa, normal, 95%

  static constexpr auto keys() {
    using A = Agreement;
    return std::tuple{key("share", &A::share), key("kappa", &A::kappa),
                      key("kappa_deviation", &A::deviation), key("kappa_interval", &A::interval)};
  }
};

/// @param a, b     the predicted class of each image, images in the same order
/// @param classes  their number. Throws Error{Code::data} unless both have as many images, at least
///                 one, and every class is in [0, classes)
Agreement agreement(std::span<const std::int64_t> a, std::span<const std::int64_t> b,
                    std::int64_t classes);

}  // namespace temper::statistics
