#include "temper/statistics/power.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/statistics/paired.h"
#include "temper/statistics/two_stage.h"

namespace temper::statistics {
namespace {

TEST(Power, GrowsWithTheEffectAndThePairsFromTheLevelTo1) {
  EXPECT_NEAR(power(0, 0.3, 10, 0.05), 0.05, 1e-10);
  EXPECT_NEAR(power(0, 0.3, 2, 0.005), 0.005, 1e-10);
  double before = 0;
  for (const double effect : {0.0, 0.05, 0.2, 0.5, 1.0}) {
    EXPECT_GT(power(effect, 0.3, 10, 0.05), before);
    before = power(effect, 0.3, 10, 0.05);
    EXPECT_DOUBLE_EQ(power(-effect, 0.3, 10, 0.05), before);
  }
  EXPECT_NEAR(power(1e9, 0.3, 10, 0.05), 1, 1e-12);
  for (std::int64_t n = 2; n < 60; ++n)
    EXPECT_LT(power(0.1, 0.3, n, 0.05), power(0.1, 0.3, n + 1, 0.05)) << n;
}

TEST(Power, TheSampleSizeIsTheFirstThatHasThePower) {
  for (const double effect : {0.02, 0.3, 5.0}) {
    const auto n = sample_size(effect, 0.32, 0.8, 0.05);
    EXPECT_GE(power(effect, 0.32, n, 0.05), 0.8) << effect;
    if (n > 2) {
      EXPECT_LT(power(effect, 0.32, n - 1, 0.05), 0.8) << effect;
    }
    EXPECT_EQ(n, sample_size(-effect, 0.32, 0.8, 0.05));
  }
  EXPECT_EQ(sample_size(1e-6, 1, 0.8, 0.05), kMostPairs);
  EXPECT_EQ(sample_size(1e6, 1, 0.8, 0.05), 2);
}

TEST(Power, TheSmallestDetectableDifferenceHasIt) {
  for (const std::int64_t n : {2, 5, 10, 83}) {
    const double effect = smallest_detectable(0.32, n, 0.8, 0.005);
    EXPECT_NEAR(power(effect, 0.32, n, 0.005), 0.8, 1e-9) << n;
  }
  // Ten seeds under Holm over ten rows, and alone.
  EXPECT_NEAR(smallest_detectable(1, 10, 0.8, 0.005), 1.48, 0.005);
  EXPECT_NEAR(smallest_detectable(1, 10, 0.8, 0.05), 1.00, 0.005);
}

TEST(Power, AfterAPilotTheTestHasFewerDegreesOfFreedom) {
  constexpr std::int64_t pilot = 5;
  for (const std::int64_t n : {8, 12, 40}) {
    const double effect = smallest_detectable(0.32, n, 0.8, 0.05, pilot);
    EXPECT_NEAR(power(effect, 0.32, n, 0.05, pilot), 0.8, 1e-9) << n;
    EXPECT_GT(effect, smallest_detectable(0.32, n, 0.8, 0.05)) << n;
  }
  for (const double effect : {0.05, 0.2, 0.3}) {
    const auto n = sample_size(effect, 0.32, 0.8, 0.05, pilot);
    EXPECT_GE(power(effect, 0.32, n, 0.05, pilot), 0.8) << effect;
    EXPECT_LT(power(effect, 0.32, n - 1, 0.05, pilot), 0.8) << effect;
    EXPECT_GE(n, sample_size(effect, 0.32, 0.8, 0.05)) << effect;
  }
  EXPECT_EQ(sample_size(100, 0.32, 0.8, 0.05, pilot), pilot + kLeastAfterPilot);
}

TEST(Power, AfterAPilotADifferenceIsFoundThatOften) {
  constexpr std::uint64_t n = 9;
  constexpr std::int64_t pilot = 5;
  constexpr std::uint64_t studies = 4000;
  const double effect = smallest_detectable(1, n, 0.8, 0.05, pilot);
  const std::vector<double> zeros(n);
  double found = 0;
  for (std::uint64_t study = 0; study < studies; ++study) {
    std::vector<double> pairs;
    for (std::uint64_t i = 0; i < n; ++i)
      pairs.push_back(effect + Random(study, Purpose::inspect, {i}).normal());
    if (paired_difference(pairs, zeros, pilot).p <= 0.05) found += 1.0 / studies;
  }
  EXPECT_NEAR(found, 0.8, 0.03);
}

TEST(Power, RefusesWhatHasNoMeaning) {
  EXPECT_THROW(power(0.3, 0.3, 5, 0.05, 5), Error);
  EXPECT_THROW(smallest_detectable(0.3, 9, 0.8, 0.05, -1), Error);
  EXPECT_THROW(power(0.3, 0, 10, 0.05), Error);
  EXPECT_THROW(power(0.3, 0.3, 1, 0.05), Error);
  EXPECT_THROW(power(0.3, 0.3, 10, 5), Error);
  EXPECT_THROW(power(std::nan(""), 0.3, 10, 0.05), Error);
  EXPECT_THROW(sample_size(0, 0.3, 0.8, 0.05), Error);
  EXPECT_THROW(sample_size(0.3, 0.3, 0.05, 0.05), Error);
  EXPECT_THROW(sample_size(0.3, 0.3, 1, 0.05), Error);
  EXPECT_THROW(smallest_detectable(-1, 10, 0.8, 0.05), Error);
}

}  // namespace
}  // namespace temper::statistics
