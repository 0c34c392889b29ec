#include "temper/measure/monte_carlo.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

namespace temper::measure {
namespace {

TEST(MonteCarlo, OfEqualPassesIsOneOfThem) {
  const auto logits = at::tensor({2.0, -1.0, 0.5, 0.0, 0.0, 3.0}).reshape({2, 3});
  const auto found = monte_carlo(at::stack({logits, logits, logits}));
  const auto p = at::softmax(logits, 1);
  EXPECT_TRUE(at::allclose(found.probabilities, p, 1e-12, 1e-12));
  EXPECT_TRUE(at::allclose(found.deviations, at::zeros({2, 3}, at::kDouble), 0, 1e-12));
  EXPECT_TRUE(at::allclose(found.entropy, p.mul(p.log()).sum(1).neg(), 1e-12, 1e-12));
  EXPECT_TRUE(at::allclose(found.information, at::zeros({2}, at::kDouble), 0, 1e-12));
}

TEST(MonteCarlo, KnowsPassesThatDisagreeFromOnesThatAreUnsure) {
  // Two confident passes that contradict each other, and two uniform ones: the same mean.
  const auto contradicting = at::tensor({1000.0, 0.0, 0.0, 1000.0}).reshape({2, 1, 2});
  const auto unsure = at::zeros({2, 1, 2}, at::kDouble);
  for (const auto& logits : {contradicting, unsure})
    EXPECT_NEAR(monte_carlo(logits).entropy.item<double>(), std::log(2), 1e-12);
  // 0 and 1: a variance of 1/2 over n - 1.
  EXPECT_NEAR(monte_carlo(contradicting).deviations[0][1].item<double>(), std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(monte_carlo(contradicting.narrow(0, 0, 1)).deviations.sum().item<double>(), 0, 0);
  EXPECT_NEAR(monte_carlo(contradicting).information.item<double>(), std::log(2), 1e-12);
  EXPECT_NEAR(monte_carlo(unsure).information.item<double>(), 0, 1e-12);
}

}  // namespace
}  // namespace temper::measure
