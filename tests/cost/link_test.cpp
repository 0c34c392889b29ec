#include "temper/cost/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "temper/core/error.h"

namespace temper::cost {
namespace {

using ::testing::HasSubstr;

TEST(Bandwidth, IsInBitsPerSecond) {
  EXPECT_DOUBLE_EQ(parse_bandwidth("25G", "--bandwidth"), 25e9);
  EXPECT_DOUBLE_EQ(parse_bandwidth("1.5M", "--bandwidth"), 1.5e6);
  EXPECT_DOUBLE_EQ(parse_bandwidth("800k", "--bandwidth"), 8e5);
  EXPECT_DOUBLE_EQ(parse_bandwidth("0.4T", "--bandwidth"), 4e11);
  EXPECT_DOUBLE_EQ(parse_bandwidth("100000", "--bandwidth"), 1e5);
  EXPECT_EQ(bandwidth_text(25e9), "25 Gbit/s");
  EXPECT_EQ(bandwidth_text(1.5e6), "1.5 Mbit/s");
  EXPECT_EQ(bandwidth_text(4e11), "400 Gbit/s");
}

TEST(Bandwidth, OtherTextIsRefused) {
  for (const std::string text : {"", "G", "-25G", "+25G", "25X", "25GB", "25 G", "25Gbit", "1e9",
                                 "inf", "nan", "0", "0.5", "0x10G", "99999T", " 25G"}) {
    try {
      (void)parse_bandwidth(text, "--bandwidth");
      ADD_FAILURE() << "'" << text << "' is accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      EXPECT_EQ(error.where().option, "--bandwidth");
      EXPECT_THAT(error.what(),
                  HasSubstr("--bandwidth is '" + text + "'; expected bits per second"));
    }
  }
}

TEST(Latency, HasAUnit) {
  EXPECT_DOUBLE_EQ(parse_latency("50us", "--latency"), 50e-6);
  EXPECT_DOUBLE_EQ(parse_latency("0.5ms", "--latency"), 0.5e-3);
  EXPECT_DOUBLE_EQ(parse_latency("10s", "--latency"), 10);
  EXPECT_DOUBLE_EQ(parse_latency("0", "--latency"), 0);
  EXPECT_DOUBLE_EQ(parse_latency("0us", "--latency"), 0);
}

TEST(Latency, OtherTextIsRefused) {
  for (const std::string text :
       {"", "us", "50", "-1us", "50 us", "50ns", "11s", "1m", "infs", "nan", "5e1us"}) {
    try {
      (void)parse_latency(text, "--latency");
      ADD_FAILURE() << "'" << text << "' is accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      EXPECT_THAT(error.what(), HasSubstr("--latency is '" + text + "'; expected at most 10s"));
    }
  }
}

TEST(AllReduce, TakesTwoRoundsAroundTheRing) {
  const Link link{.bandwidth = 1e9, .latency = 50e-6};
  // 2 * 3/4 * 8e6 bits at 1e9 a second are 12 ms, and six messages 0.3 ms.
  EXPECT_DOUBLE_EQ(all_reduce_seconds(1'000'000, 4, link), 12.3e-3);
  // 2 * 1/2 * 8e6 bits, and two messages.
  EXPECT_DOUBLE_EQ(all_reduce_seconds(1'000'000, 2, link), 8.1e-3);
  EXPECT_EQ(all_reduce_seconds(1'000'000, 1, link), 0);
  EXPECT_DOUBLE_EQ(all_reduce_seconds(0, 1024, link), 2 * 1023 * 50e-6);
}

TEST(Broadcast, TakesTheRoundsOfABinomialTree) {
  const Link link{.bandwidth = 1e9, .latency = 50e-6};
  EXPECT_DOUBLE_EQ(broadcast_seconds(1'000'000, 2, 1, link), 8.05e-3);
  EXPECT_DOUBLE_EQ(broadcast_seconds(1'000'000, 5, 1, link), 3 * 8.05e-3);
  EXPECT_DOUBLE_EQ(broadcast_seconds(1'000'000, 8, 1, link), 3 * 8.05e-3);
  // In the second round both ranks of a machine send.
  EXPECT_DOUBLE_EQ(broadcast_seconds(1'000'000, 4, 2, link), 8.05e-3 + 16.05e-3);
  EXPECT_EQ(broadcast_seconds(1'000'000, 1, 1, link), 0);
}

TEST(Exchange, IsSharedByTheRanksOfAMachine) {
  const Link link{.bandwidth = 8e9, .latency = 1e-3};
  EXPECT_DOUBLE_EQ(exchange_seconds(4e6, 1, link), 5e-3);
  EXPECT_DOUBLE_EQ(exchange_seconds(4e6, 2, link), 9e-3);
  EXPECT_EQ(exchange_seconds(0, 2, link), 0);
}

}  // namespace
}  // namespace temper::cost
