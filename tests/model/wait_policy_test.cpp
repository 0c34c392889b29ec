#include "temper/model/wait_policy.h"

#include <ATen/Parallel.h>
#include <ATen/ops/linspace.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

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

class WaitPolicies : public testing::Test {
 protected:
  void SetUp() override {
    if (!WaitPolicy::supported()) GTEST_SKIP() << "no schedstat, or another OpenMP runtime";
    before_ = at::get_num_threads();
    at::set_num_threads(2);
  }
  void TearDown() override {
    if (before_ > 0) at::set_num_threads(before_);
  }

  /// Computes until the policy has threads sleep, at most for as long as a test may take.
  static bool adapts(WaitPolicy& policy, int seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    const auto numbers = at::linspace(0, 1, 1 << 20);
    while (!policy.sleeps() && std::chrono::steady_clock::now() < end) {
      policy.adapt();
      (void)numbers.exp();
    }
    return policy.sleeps();
  }

 private:
  int before_ = 0;
};

TEST_F(WaitPolicies, ThreadsSleepWhereTheProcessorsAreBusyAndNumbersStay) {
  const auto numbers = at::linspace(-1, 1, 1 << 20);
  const auto expected = numbers.exp().sum();
  const Load load;
  WaitPolicy policy(/*user_set=*/false);
  ASSERT_TRUE(adapts(policy, 60));
  EXPECT_TRUE(numbers.exp().sum().equal(expected));
}

TEST_F(WaitPolicies, ThePolicyOfTheUserIsKept) {
  const Load load;
  WaitPolicy policy(/*user_set=*/true);
  EXPECT_FALSE(adapts(policy, 1));
}

}  // namespace
}  // namespace temper::model
