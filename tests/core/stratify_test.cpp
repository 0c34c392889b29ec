#include "temper/core/stratify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "temper/core/random.h"

namespace temper {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StratifiedCounts, AddUpToTheShareByTheLargestRemainders) {
  EXPECT_THAT(stratified_counts({100, 50}, 0.1), ElementsAre(10, 5));
  EXPECT_THAT(stratified_counts({14, 16, 10}, 0.1), ElementsAre(1, 2, 1));
  EXPECT_THAT(stratified_counts({3}, 0.2), ElementsAre(1));
  EXPECT_THAT(stratified_counts({2}, 0.2), ElementsAre(0));
  EXPECT_THAT(stratified_counts({}, 0.2), IsEmpty());
}

TEST(StratifiedCounts, LeaveEveryClassAnImage) {
  EXPECT_THAT(stratified_counts({1, 1, 1, 1, 1}, 0.2), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_THAT(stratified_counts({1, 0, 4}, 0.2), ElementsAre(0, 0, 1));
  EXPECT_THAT(stratified_counts({2, 3}, 0.9), ElementsAre(1, 2));
}

using Counts = std::vector<std::int64_t>;

/// Classes of 0 to 60 images; in every fourth trial of one size.
Counts some_counts(std::uint64_t trial) {
  Random random(trial, Purpose::inspect);
  Counts counts(1 + random.below(12));
  for (auto& count : counts) count = static_cast<std::int64_t>(random.below(61));
  if (trial % 4 == 0) std::ranges::fill(counts, counts.front());
  return counts;
}

/// Checks that the numbers are the fraction of each class to within one image, in total if
/// possible.
void expect_shares(const Counts& taken, const Counts& counts, double fraction) {
  const auto all = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const std::int64_t wanted = std::llround(fraction * static_cast<double>(all));
  std::int64_t possible = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const auto most = std::max<std::int64_t>(counts[c] - 1, 0);
    const auto whole = all == 0 ? 0 : wanted * counts[c] / all;
    const auto above = all == 0 ? 0 : (wanted * counts[c] + all - 1) / all;
    EXPECT_GE(taken[c], std::min(whole, most));
    EXPECT_LE(taken[c], std::min(above, most));
    possible += std::min(above, most);
  }
  EXPECT_EQ(std::accumulate(taken.begin(), taken.end(), std::int64_t{0}),
            std::min(wanted, possible));
}

TEST(NestedCounts, GrowWithTheFractionInEveryClass) {
  EXPECT_THAT(stratified_counts({3, 5, 5}, 6.0 / 13), ElementsAre(2, 2, 2));
  EXPECT_THAT(stratified_counts({3, 5, 5}, 7.0 / 13), ElementsAre(1, 3, 3)) << "one less";
  EXPECT_THAT(nested_counts({3, 5, 5}, 6.0 / 13), ElementsAre(1, 3, 2));
  EXPECT_THAT(nested_counts({3, 5, 5}, 7.0 / 13), ElementsAre(1, 3, 3));
  for (std::uint64_t trial = 0; trial < 300; ++trial) {
    const auto counts = some_counts(trial);
    Counts before(counts.size());
    for (int k = 0; k <= 80; ++k) {
      const double fraction = k / 80.0;
      const auto taken = nested_counts(counts, fraction);
      expect_shares(taken, counts, fraction);
      for (std::size_t c = 0; c < counts.size(); ++c)
        ASSERT_GE(taken[c], before[c]) << "trial " << trial << ", " << k << " of 80";
      before = taken;
    }
  }
}

TEST(NestedCounts, OfClassesOfOneSizeAreThoseOfTheLargestRemainders) {
  for (std::uint64_t trial = 0; trial < 300; trial += 4)
    for (int k = 0; k < 80; ++k)
      EXPECT_EQ(nested_counts(some_counts(trial), k / 80.0),
                stratified_counts(some_counts(trial), k / 80.0));
  EXPECT_THAT(nested_counts({100, 50}, 0.1), ElementsAre(10, 5));
  EXPECT_THAT(nested_counts({}, 0.2), IsEmpty());
}

TEST(NestedCounts, LeaveEveryClassAnImage) {
  EXPECT_THAT(nested_counts({1, 0, 4, 7}, 1), ElementsAre(0, 0, 3, 6));
}

}  // namespace
}  // namespace temper
