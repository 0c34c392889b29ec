#include "temper/statistics/sequential.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/statistics/distributions.h"

namespace temper::statistics {
namespace {

using Numbers = std::vector<double>;

// The example of Reboussin, DeMets, Kim and Lan's program ld98, and of the R package ldbounds.
TEST(Sequential, FiveLooksHaveThePublishedBounds) {
  const auto bounds = spending_bounds(Numbers{0.2, 0.4, 0.6, 0.8, 1}, 0.05);
  const Numbers published{4.8769, 3.3570, 2.6803, 2.2898, 2.0310};
  for (std::size_t i = 0; i < published.size(); ++i) EXPECT_NEAR(bounds[i], published[i], 1e-4);
}

TEST(Sequential, OneLookIsTheOrdinaryTest) {
  EXPECT_NEAR(spending_bounds(Numbers{1}, 0.05).front(), normal_quantile(0.975), 1e-11);
  EXPECT_TRUE(spending_bounds({}, 0.05).empty());
}

TEST(Sequential, AVeryEarlyLookCannotStopAndTakesNothing) {
  const auto bounds = spending_bounds(Numbers{0.01, 0.5, 1}, 0.05);
  const auto without = spending_bounds(Numbers{0.5, 1}, 0.05);
  EXPECT_TRUE(std::isinf(bounds[0]));
  EXPECT_NEAR(bounds[1], without[0], 1e-8);
  EXPECT_NEAR(bounds[2], without[1], 1e-8);
}

TEST(Sequential, AllLooksTogetherKeepTheLevel) {
  const auto bounds = spending_bounds(Numbers{0.25, 0.5, 0.75, 1}, 0.05);
  int stopped = 0, by_ordinary_tests = 0;
  constexpr int studies = 20'000;
  for (std::uint64_t study = 0; study < studies; ++study) {
    Random random(5, Purpose::inspect, {study});
    double score = 0;
    bool stops = false, differs = false;
    for (std::size_t look = 0; look < bounds.size(); ++look) {
      score += random.normal();
      const double z = std::abs(score) / std::sqrt(static_cast<double>(look + 1));
      stops = stops || z >= bounds[look];
      differs = differs || z >= normal_quantile(0.975);
    }
    stopped += stops;
    by_ordinary_tests += differs;
  }
  EXPECT_NEAR(stopped / static_cast<double>(studies), 0.05, 0.007);
  EXPECT_GT(by_ordinary_tests / static_cast<double>(studies), 0.11);
}

TEST(Sequential, RefusesFractionsThatDoNotIncreaseTo1) {
  EXPECT_THROW(spending_bounds(Numbers{0.5, 0.5}, 0.05), Error);
  EXPECT_THROW(spending_bounds(Numbers{0, 1}, 0.05), Error);
  EXPECT_THROW(spending_bounds(Numbers{0.5, 1.5}, 0.05), Error);
  EXPECT_THROW(spending_bounds(Numbers{std::nan("")}, 0.05), Error);
  EXPECT_THROW(spending_bounds(Numbers{1}, 0), Error);
}

}  // namespace
}  // namespace temper::statistics
