#include "temper/core/dirichlet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace temper {
namespace {

constexpr int kDraws = 40'000;

/// Of numbers in [0, 1].
struct Moments {
  double mean = 0;
  double variance = 0;
};

template <class Draw>
Moments moments(const Draw& draw) {
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = draw();
    EXPECT_GE(x, 0);
    EXPECT_LE(x, 1);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  return {mean, squares / kDraws - mean * mean};
}

// Beta(a, a) has the mean 1/2 and the variance 1 / (4 (2 a + 1)).
TEST(Dirichlet, BetaHasItsMoments) {
  for (const double alpha : {0.1, 0.5, 1.0, 2.5, 40.0}) {
    Random random(1, Purpose::inspect, {coordinate("beta")});
    const auto [mean, variance] = moments([&] { return beta(random, alpha); });
    const double expected = 1 / (4 * (2 * alpha + 1));
    EXPECT_NEAR(mean, 0.5, 5 * std::sqrt(expected / kDraws)) << alpha;
    EXPECT_NEAR(variance, expected, 0.03 * expected) << alpha;
  }
}

// Beta(1, 1) is the uniform distribution.
TEST(Dirichlet, BetaOfOneIsUniform) {
  Random random(1, Purpose::inspect);
  std::array<int, 10> tenths{};
  for (int i = 0; i < kDraws; ++i)
    ++tenths.at(static_cast<std::size_t>(std::min(9.0, 10 * beta(random, 1))));
  for (const int count : tenths) EXPECT_NEAR(count, kDraws / 10.0, 5 * std::sqrt(0.09 * kDraws));
}

// Each of k weights has the mean 1/k and the variance (k - 1) / (k^2 (k alpha + 1)).
TEST(Dirichlet, EveryWeightHasItsMoments) {
  for (const double alpha : {0.3, 1.0, 5.0})
    for (std::size_t which = 0; which < 3; ++which) {
      Random random(2, Purpose::inspect, {which});
      std::array<double, 3> weights{};
      const auto [mean, variance] = moments([&] {
        dirichlet(random, alpha, weights);
        EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-12);
        return weights.at(which);
      });
      const double expected = 2 / (9 * (3 * alpha + 1));
      EXPECT_NEAR(mean, 1.0 / 3, 5 * std::sqrt(expected / kDraws)) << alpha;
      EXPECT_NEAR(variance, expected, 0.03 * expected) << alpha;
    }
}

TEST(Dirichlet, OneWeightIsOne) {
  Random random(1, Purpose::inspect);
  std::vector<double> weight(1);
  dirichlet(random, 0.7, weight);
  EXPECT_EQ(weight[0], 1);
}

// Gamma variables of this shape are often smaller than the smallest double.
TEST(Dirichlet, ATinyAlphaGivesNumbers) {
  Random random(1, Purpose::inspect);
  int near_an_end = 0;
  for (int i = 0; i < 1000; ++i) {
    const double x = beta(random, 1e-4);
    ASSERT_TRUE(x >= 0 && x <= 1) << x;
    near_an_end += x < 1e-6 || x > 1 - 1e-6;
  }
  EXPECT_GT(near_an_end, 980);
}

}  // namespace
}  // namespace temper
