#include "temper/statistics/distributions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "temper/core/error.h"

namespace temper::statistics {
namespace {

TEST(Distributions, QuantilesUndoTheirDistributions) {
  for (const double p : {1e-12, 0.001, 0.3, 0.4999, 0.5, 0.62, 0.975, 0.99999}) {
    EXPECT_NEAR(normal_cdf(normal_quantile(p)) / p, 1, 1e-12) << p;
    for (const double df : {0.7, 1.0, 2.0, 5.0, 30.0, 399.0, 401.0, 1e6})
      EXPECT_NEAR(t_cdf(t_quantile(p, df), df) / p, 1, 1e-9) << p << " " << df;
  }
}

TEST(Distributions, StudentsTIsCauchysForOneDegreeOfFreedomAndNormalForVeryMany) {
  for (const double t : {-50.0, -2.0, -0.1, 0.0, 0.7, 3.0, 1e5}) {
    EXPECT_NEAR(t_cdf(t, 1), 0.5 + std::atan(t) / std::numbers::pi, 1e-14) << t;
    EXPECT_NEAR(t_cdf(t, 1e6), normal_cdf(t), 1e-6) << t;
    EXPECT_NEAR(t_cdf(t, 7) + t_cdf(-t, 7), 1, 1e-15) << t;
  }
  EXPECT_EQ(t_cdf(std::numeric_limits<double>::infinity(), 3), 1);
  EXPECT_EQ(t_cdf(-std::numeric_limits<double>::infinity(), 3), 0);
}

TEST(Distributions, TailsKeepTheirDigits) {
  EXPECT_NEAR(t_cdf(-1e6, 3) / 1.1026577908396163e-18, 1, 1e-9);
  EXPECT_NEAR(normal_cdf(-20) / 2.7536241186062337e-89, 1, 1e-10);
}

TEST(Distributions, NoncentralTIsStudentsWithoutAShiftAndMirrorsItself) {
  for (const double df : {1.0, 2.0, 4.0, 11.5, 80.0, 3000.0})
    for (const double t : {-8.0, -1.0, 0.0, 0.4, 2.5, 60.0}) {
      EXPECT_NEAR(noncentral_t_cdf(t, df, 0), t_cdf(t, df), 1e-11) << t << " " << df;
      for (const double shift : {0.5, 3.0, 12.0})
        EXPECT_NEAR(noncentral_t_cdf(t, df, shift), 1 - noncentral_t_cdf(-t, df, -shift), 1e-11)
            << t << " " << df << " " << shift;
    }
  EXPECT_NEAR(noncentral_t_cdf(0, 4, 1.3), normal_cdf(-1.3), 1e-12);
  EXPECT_EQ(noncentral_t_cdf(1e17, 4, 3), 1);  // at once, where no S can make a difference
  EXPECT_EQ(noncentral_t_cdf(-3, 4, 1e17), 0);
}

TEST(Distributions, RefuseWhatHasNoMeaning) {
  for (const double p : {-0.1, 0.0, 1.0, std::nan("")}) {
    EXPECT_THROW(normal_quantile(p), Error) << p;
    EXPECT_THROW(t_quantile(p, 3), Error) << p;
  }
  EXPECT_THROW(t_cdf(1, 0), Error);
  EXPECT_THROW(t_quantile(0.9, -1), Error);
  EXPECT_THROW(noncentral_t_cdf(1, 0.5, 0), Error);
  EXPECT_THROW(noncentral_t_cdf(1, 3, std::nan("")), Error);
}

}  // namespace
}  // namespace temper::statistics
