#include "temper/statistics/shapley.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"

namespace temper::statistics {
namespace {

using Numbers = std::vector<double>;

/// Rows that add 1, 2, 3, ..., and `together` where the first two are both in.
Numbers results(std::size_t rows, double together, double noise = 0, std::uint64_t seed = 1) {
  Random random(seed, Purpose::inspect);
  Numbers values(std::size_t{1} << rows, 90);
  for (std::size_t subset = 0; subset < values.size(); ++subset) {
    for (std::size_t row = 0; row < rows; ++row)
      if ((subset >> row & 1U) != 0) values[subset] += static_cast<double>(row + 1);
    if ((subset & 3U) == 3U) values[subset] += together;
    values[subset] += noise * random.normal();
  }
  return values;
}

TEST(Shapley, RowsThatAddUpContributeWhatTheyAdd) {
  for (std::size_t rows = 1; rows <= kMostShapleyRows; ++rows) {
    const auto contributions = shapley(results(rows, 0));
    ASSERT_EQ(contributions.size(), rows);
    for (std::size_t row = 0; row < rows; ++row)
      EXPECT_NEAR(contributions[row], static_cast<double>(row + 1), 1e-11);
  }
}

TEST(Shapley, WhatTwoRowsDoTogetherIsShared) {
  const auto contributions = shapley(results(4, 0.5));
  EXPECT_NEAR(contributions[0], 1.25, 1e-11);
  EXPECT_NEAR(contributions[1], 2.25, 1e-11);
  EXPECT_NEAR(contributions[2], 3, 1e-11);
}

TEST(Shapley, ContributionsSumToTheDifferenceOfAllRowsAndNone) {
  const auto values = results(6, -1, 0.7);
  const auto contributions = shapley(values);
  EXPECT_NEAR(std::accumulate(contributions.begin(), contributions.end(), 0.0),
              values.back() - values.front(), 1e-11);
}

TEST(Shapley, ThePairThatInteractsIsFlagged) {
  std::vector<Numbers> by_seed;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) by_seed.push_back(results(3, -0.8, 0.05, seed));
  const auto pairs = interactions(by_seed);
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[2].first, 1U);
  EXPECT_EQ(pairs[2].second, 2U);
  EXPECT_TRUE(pairs[0].flagged);
  EXPECT_NEAR(pairs[0].effect.mean, -0.8, 0.15);
  EXPECT_NEAR(pairs[1].effect.mean, 0, 0.15);
  EXPECT_GE(pairs[1].adjusted_p, pairs[1].effect.p);
}

TEST(Shapley, InteractionsAfterAPilotAreTestedAsDifferencesAre) {
  std::vector<std::vector<double>> values;
  std::vector<double> indices;
  for (const double noise : {0.1, 0.3, -0.2, 0.6, 0.2, -0.1}) {
    values.push_back({0, 1, 2, 3.5 + noise});
    indices.push_back(0.5 + noise);
  }
  const std::vector<double> zeros(indices.size());
  for (const std::int64_t pilot : {0, 3}) {
    const auto expected = paired_difference(indices, zeros, pilot);
    const auto found = interactions(values, 0.95, pilot).front().effect;
    EXPECT_NEAR(found.p, expected.p, 1e-12);
    EXPECT_EQ(found.df, expected.df);
  }
}

TEST(Shapley, TwoRowsAreA2By2Design) {
  EXPECT_NEAR(interaction_indices(Numbers{90, 91, 92, 95}).front(), 2, 1e-12);
}

TEST(Shapley, RefusesResultsThatAreNoSubsetsOfRows) {
  EXPECT_THROW(shapley({}), Error);
  EXPECT_THROW(shapley(Numbers{1}), Error);
  EXPECT_THROW(shapley(Numbers{1, 2, 3}), Error);
  EXPECT_THROW(shapley(Numbers(128)), Error);
  EXPECT_THROW(shapley(Numbers{1, std::nan("")}), Error);
  EXPECT_THROW(interaction_indices(Numbers{1, 2}), Error);
  EXPECT_THROW(interactions(std::vector<Numbers>{Numbers(4)}), Error);
  EXPECT_THROW(interactions(std::vector<Numbers>{Numbers(4), Numbers(8)}), Error);
}

}  // namespace
}  // namespace temper::statistics
