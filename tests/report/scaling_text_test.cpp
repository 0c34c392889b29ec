#include "temper/report/scaling_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>

namespace temper::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The sum of a message over two ranks takes 1 ns for each byte and 2 ms.
constexpr cost::Cluster kTwo{
    .ranks = 2, .local_ranks = 1, .link = {.bandwidth = 8e9, .latency = 1e-3}};

cost::RankWork work() {
  return {.images = 16,
          .threads = 2,
          .computation = 0.1,
          .backward = 0.06,
          .buckets = {{.bytes = 1'048'576, .ready = -0.05}, {.bytes = 20'000'000, .ready = 0}},
          .loaded = 16,
          .loading = 1000,
          .memory = std::uint64_t{300} << 20U};
}

TEST(ScalingText, TellsWhatAStepConsistsOf) {
  const auto text = to_text(cost::scaling(work(), kTwo), {.batch = 32, .steps = 10'000});
  EXPECT_EQ(text,
            "ranks           2, 1 on each machine, 8 Gbit/s between machines, 1000 us latency\n"
            "batch           32 images, 16 on a rank\n"
            "memory          about 300 MiB on each rank at its peak\n"
            "computation     100.00 ms a step with 2 threads, 60.00 ms of it in the backward pass "
            "that sends gradients\n"
            "gradients       20.07 MiB in 2 buckets, 25.05 ms to sum them; from the end of the "
            "backward pass:\n"
            "       1.00 MiB   computed 50.00 ms before, summed 46.95 ms before\n"
            "      19.07 MiB   computed 0.00 ms after, summed 22.00 ms after\n"
            "sums            2.00 ms that training waits for\n"
            "loading         129 images/s needed on each rank, 1000 measured\n"
            "step            124.00 ms, 22.00 ms of it gradients after the backward pass\n"
            "throughput      258 images/s, scaling efficiency 80.6%\n"
            "training time   20:40 for 10,000 steps, without evaluation\n");
}

TEST(ScalingText, TellsWhatElseIsSentAndWaitedFor) {
  auto own = work();
  own.passes = 2;
  own.waited = {1'048'576, 1'048'576};
  own.partners = 2'097'152;
  own.parameters = {1'048'576, 1'048'576};
  own.loading = 10;
  const auto text = to_text(cost::scaling(own, kTwo), {.batch = 32, .steps = 10, .sync_bn = true});
  EXPECT_THAT(text, HasSubstr("120.00 ms of it in the backward passes that send gradients\n"));
  // Twice the tally's 2 ms, and twice 1.05 + 2.
  EXPECT_THAT(text, HasSubstr("sums            10.10 ms that training waits for, among them 2 of "
                              "sync_bn with 2.00 MiB\n"));
  EXPECT_THAT(text, HasSubstr("images          2.00 MiB from other ranks, 3.10 ms\n"));
  EXPECT_THAT(text, HasSubstr("parameters      2.00 MiB in 2 messages from the ranks that update "
                              "them, 4.10 ms\n"));
  EXPECT_THAT(text, HasSubstr("10 images/s needed on each rank, 10 measured: training waits for "
                              "images\n"));
  const auto alone = to_text(cost::scaling(own, {.ranks = 1, .local_ranks = 1, .link = kTwo.link}),
                             {.batch = 16, .steps = 10});
  EXPECT_THAT(alone, Not(HasSubstr("gradients       ")));
  EXPECT_THAT(alone, Not(HasSubstr("sums ")));
  EXPECT_THAT(alone, Not(HasSubstr("parameters ")));
  EXPECT_THAT(alone, HasSubstr("scaling efficiency 100.0%"));
}

TEST(ScalingJson, HasAllOfIt) {
  const auto json = to_json(cost::scaling(work(), kTwo), {.batch = 32, .steps = 100});
  EXPECT_EQ(json["ranks"].get<int>(), 2);
  EXPECT_EQ(json["buckets"].size(), 2U);
  EXPECT_EQ(json["buckets"][0]["bytes"].get<std::int64_t>(), 1'048'576);
  EXPECT_NEAR(json["exposed_seconds"].get<double>(), 0.022, 1e-12);
  EXPECT_NEAR(json["seconds"].get<double>(), 100 * json["step_seconds"].get<double>(), 1e-9);
  EXPECT_EQ(json["rank_images"].get<int>(), 16);
}

}  // namespace
}  // namespace temper::report
