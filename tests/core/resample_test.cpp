#include "temper/core/resample.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace temper {
namespace {

TEST(Resample, QuantilesLieBetweenTheirNeighbours) {
  const std::vector<double> sorted{1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile(sorted, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(sorted, 1), 8);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.9), 6.8);
  EXPECT_DOUBLE_EQ(quantile(std::vector<double>{5}, 0.3), 5);
}

TEST(Resample, MeansOfDrawsSpreadAsStandardErrorsDo) {
  const std::vector<double> values{0, 0, 1, 0};
  double sum = 0, squares = 0;
  constexpr std::uint64_t times = 20'000;
  for (std::uint64_t i = 0; i < times; ++i) {
    const double mean = resampled_mean(values, Random(3, Purpose::inspect, {i}));
    sum += mean;
    squares += mean * mean;
  }
  EXPECT_NEAR(sum / times, 0.25, 0.01);
  EXPECT_NEAR(squares / times - 0.0625, 0.25 * 0.75 / 4, 0.003);
}

}  // namespace
}  // namespace temper
