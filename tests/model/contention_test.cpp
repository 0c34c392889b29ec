#include "temper/model/contention.h"

#include <ATen/Parallel.h>
#include <ATen/ops/linspace.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "temper/core/team.h"

namespace temper::model {
namespace {

/// Threads that keep every processor busy.
class Load {
 public:
  Load() {
    for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency(); ++i)
      threads_.emplace_back([this] {
        while (!stop_) continue;
      });
  }
  ~Load() { stop_ = true; }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  Load(Load&&) = delete;
  Load& operator=(Load&&) = delete;

 private:
  std::atomic<bool> stop_ = false;
  std::vector<std::jthread> threads_;
};

int processors_of_this_thread() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  return CPU_COUNT(&set);
}

std::vector<int> processors_of_team() {
  std::vector<int> counts(static_cast<std::size_t>(at::get_num_threads()));
  temper_run_team(
      0,
      [](void* context, int thread, int /*threads*/) {
        static_cast<std::vector<int>*>(context)->at(static_cast<std::size_t>(thread)) =
            processors_of_this_thread();
      },
      &counts);
  return counts;
}

class Contention : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!ContentionPolicy::supported()) GTEST_SKIP() << "no schedstat, or another OpenMP runtime";
    processors_ = processors_of_this_thread();
    if (processors_ < 2) GTEST_SKIP() << "one processor";
    before_ = at::get_num_threads();
    at::set_num_threads(processors_);
  }
  void TearDown() override {
    if (before_ > 0) at::set_num_threads(before_);
  }

  /// Computes until that is so, at most for as long as a test may take.
  template <typename Condition>
  static bool becomes(ContentionPolicy& policy, int seconds, Condition&& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    const auto numbers = at::linspace(0, 1, 1 << 20);
    while (!condition() && std::chrono::steady_clock::now() < end) {
      policy.adapt();
      (void)numbers.exp();
    }
    return condition();
  }

  int processors_ = 0;

 private:
  int before_ = 0;
};

TEST_F(Contention, ThreadsKeepToOneProcessorEachAndSleepWhereAllProcessorsAreBusyAndNumbersStay) {
  const auto numbers = at::linspace(-1, 1, 1 << 20);
  const auto expected = numbers.exp().sum();
  const Load load;
  ContentionPolicy policy(/*user_set=*/false);
  ASSERT_TRUE(becomes(policy, 60, [&] { return policy.separates() && policy.sleeps(); }));
  EXPECT_EQ(processors_of_team(), std::vector<int>(static_cast<std::size_t>(processors_), 1));
  EXPECT_TRUE(numbers.exp().sum().equal(expected));
}

TEST_F(Contention, OtherThreadsMayRunOnAllProcessors) {
  ContentionPolicy policy(/*user_set=*/false);
  {
    const Load load;
    ASSERT_TRUE(becomes(policy, 60, [&] { return policy.separates(); }));
  }
  int of_new_thread = 0;
  std::jthread([&] { of_new_thread = processors_of_this_thread(); }).join();
  EXPECT_EQ(of_new_thread, processors_);
}

TEST_F(Contention, ThePolicyEndsWithItsObject) {
  {
    ContentionPolicy policy(/*user_set=*/false);
    const Load load;
    ASSERT_TRUE(becomes(policy, 60, [&] { return policy.separates(); }));
  }
  EXPECT_EQ(processors_of_team(),
            std::vector<int>(static_cast<std::size_t>(processors_), processors_));
}

TEST_F(Contention, FewerThreadsThanProcessorsMayRunOnAllOfThem) {
  if (processors_ < 3) GTEST_SKIP() << "two processors";
  at::set_num_threads(2);
  const Load load;
  ContentionPolicy policy(/*user_set=*/false);
  ASSERT_TRUE(becomes(policy, 60, [&] { return policy.sleeps(); }));
  EXPECT_FALSE(policy.separates());
}

TEST_F(Contention, WhatTheUserHasDecidedIsKept) {
  const Load load;
  ContentionPolicy policy(/*user_set=*/true);
  EXPECT_FALSE(becomes(policy, 1, [&] { return policy.separates() || policy.sleeps(); }));
}

}  // namespace
}  // namespace temper::model
