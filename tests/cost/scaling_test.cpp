#include "temper/cost/scaling.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "temper/core/error.h"

namespace temper::cost {
namespace {

/// The sum of a message over two ranks takes 1 ns for each byte and 2 ms.
constexpr Cluster kTwo{.ranks = 2, .local_ranks = 1, .link = {.bandwidth = 8e9, .latency = 1e-3}};
constexpr double kTally = 2e-3 + 24e-9;  ///< three numbers of double precision

/// 100 ms, of which the last 60 are the backward pass.
RankWork work() {
  return {.images = 16,
          .threads = 2,
          .computation = 0.1,
          .backward = 0.06,
          .buckets = {{.bytes = 10'000'000, .ready = -0.05},
                      {.bytes = 20'000'000, .ready = -0.02},
                      {.bytes = 5'000'000, .ready = 0}}};
}

TEST(Scaling, BucketsAreSummedDuringTheBackwardPass) {
  const auto found = scaling(work(), kTwo);
  ASSERT_EQ(found.buckets.size(), 3U);
  // The first one waits for nothing: 12 ms from -50.
  EXPECT_DOUBLE_EQ(found.buckets[0].start, -0.05);
  EXPECT_NEAR(found.buckets[0].end, -0.038, 1e-12);
  // 22 ms from -20, and then 7 ms.
  EXPECT_DOUBLE_EQ(found.buckets[1].start, -0.02);
  EXPECT_NEAR(found.buckets[1].end, 0.002, 1e-12);
  EXPECT_NEAR(found.buckets[2].start, 0.002, 1e-12);
  EXPECT_NEAR(found.buckets[2].end, 0.009, 1e-12);
  EXPECT_NEAR(found.all_reduce, 0.041, 1e-12);
  EXPECT_NEAR(found.exposed, 0.009, 1e-12);
  EXPECT_NEAR(found.waited, kTally, 1e-12) << "what the loss is divided by";
  EXPECT_NEAR(found.step, 0.109 + kTally, 1e-12);
  EXPECT_NEAR(found.efficiency, 0.1 / (0.109 + kTally), 1e-12);
}

TEST(Scaling, NothingIsExposedThatEndsWithinTheBackwardPass) {
  auto own = work();
  own.buckets.resize(1);
  const auto found = scaling(own, kTwo);
  EXPECT_EQ(found.exposed, 0);
  EXPECT_NEAR(found.step, 0.1 + kTally, 1e-12);
}

TEST(Scaling, BucketsWaitForTheStatisticsThatAreSentBeforeThem) {
  auto own = work();
  own.statistics = 60'000'000;
  const auto found = scaling(own, kTwo);
  // -60, the tally's 2 and 62 ms.
  EXPECT_NEAR(found.buckets[0].start, 0.002 + kTally, 1e-12);
  EXPECT_NEAR(found.exposed, 0.002 + kTally + 0.012 + 0.022 + 0.007, 1e-12);
}

TEST(Scaling, EachPassSendsItsGradients) {
  auto own = work();
  own.passes = 2;
  const auto found = scaling(own, kTwo);
  EXPECT_NEAR(found.exposed, 2 * 0.009, 1e-12);
  EXPECT_NEAR(found.step, 0.1 + 2 * (0.009 + kTally), 1e-12);
}

TEST(Scaling, TrainingWaitsForSumsOfBatchNormAndForImages) {
  auto own = work();
  own.buckets.clear();
  own.waited = {1'000'000, 3'000'000};
  own.partners = 4e6;
  own.collected = 3e6;
  const auto found = scaling(own, kTwo);
  EXPECT_EQ(found.exposed, 0);
  EXPECT_NEAR(found.waited, kTally + 0.003 + 0.005, 1e-12);
  EXPECT_NEAR(found.exchanged, 0.005 + 0.004, 1e-12);
  EXPECT_NEAR(found.step, 0.117 + kTally, 1e-12);
  // Four ranks on two machines: what both ranks of a machine receive, rank 0 alone collects.
  const auto four = scaling(own, {.ranks = 4, .local_ranks = 2, .link = kTwo.link});
  EXPECT_NEAR(four.exchanged, 0.009 + 0.004, 1e-12);
}

TEST(Scaling, RanksSendTheParametersThatTheyUpdate) {
  auto own = work();
  own.parameters = {1'000'000, 3'000'000};
  const auto found = scaling(own, kTwo);
  EXPECT_NEAR(found.parameters, 0.002 + 0.004, 1e-12);
  EXPECT_NEAR(found.step, 0.115 + kTally, 1e-12);
}

TEST(Scaling, AStepIsNotShorterThanLoadingItsImages) {
  auto own = work();
  own.loaded = 50;
  own.loading = 250;
  const auto limited = scaling(own, kTwo);
  EXPECT_DOUBLE_EQ(limited.loading, 0.2);
  EXPECT_DOUBLE_EQ(limited.step, 0.2);
  EXPECT_DOUBLE_EQ(limited.efficiency, 1) << "each rank waits for its own loader";
  EXPECT_DOUBLE_EQ(limited.loading_needed(), 250);
  own.loading = 1000;
  const auto fast = scaling(own, kTwo);
  EXPECT_NEAR(fast.step, 0.109 + kTally, 1e-12);
  EXPECT_NEAR(fast.loading_needed(), 50 / (0.109 + kTally), 1e-9);
}

TEST(Scaling, OneRankSendsNothing) {
  auto own = work();
  own.waited = {1000};
  own.partners = 1000;
  const auto found = scaling(own, {.ranks = 1, .local_ranks = 1, .link = kTwo.link});
  EXPECT_TRUE(found.buckets.empty());
  EXPECT_DOUBLE_EQ(found.step, 0.1);
  EXPECT_DOUBLE_EQ(found.efficiency, 1);
}

TEST(Scaling, MoreRanksTakeLonger) {
  double last = 0;
  for (const std::int64_t ranks : {1, 2, 8, 64, 1024}) {
    const auto found = scaling(work(), {.ranks = ranks, .local_ranks = 1, .link = kTwo.link});
    EXPECT_GT(found.step, last);
    last = found.step;
  }
}

TEST(Scaling, RefusesMoreRanksOnAMachineThanThereAre) {
  EXPECT_THROW((void)scaling(work(), {.ranks = 2, .local_ranks = 3, .link = kTwo.link}), Error);
  EXPECT_THROW((void)scaling(work(), {.ranks = 2, .local_ranks = 0, .link = kTwo.link}), Error);
  EXPECT_THROW((void)scaling(work(), {.ranks = 0, .local_ranks = 1, .link = kTwo.link}), Error);
}

}  // namespace
}  // namespace temper::cost
