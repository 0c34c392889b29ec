#include "temper/augment/pixels/normal_noise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace temper::augment {
namespace {

std::vector<float> noise(std::uint64_t seed, std::size_t count) {
  NormalNoise next(seed);
  std::vector<float> numbers(count);
  for (auto& number : numbers) number = next();
  return numbers;
}

/// The probability of a smaller standard normal number.
double smaller(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

TEST(NormalNoise, HasTheNormalDistribution) {
  constexpr std::size_t count = 400'000;
  auto numbers = noise(1, count);
  std::ranges::sort(numbers);
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double expected = smaller(numbers[i]);
    const auto rank = static_cast<double>(i);
    largest = std::max({largest, expected - rank / count, (rank + 1) / count - expected});
  }
  // Kolmogorov and Smirnov: exceeded with a probability of one in ten thousand.
  EXPECT_LT(largest, 2.23 / std::sqrt(static_cast<double>(count)));
}

TEST(NormalNoise, HasTheNormalDistributionsMomentsAndTails) {
  constexpr std::size_t count = 1'000'000;
  double sum = 0, squares = 0, fourth = 0, product = 0;
  std::size_t beyond = 0, above = 0;
  float before = 0;
  for (const float x : noise(2, count)) {
    const double square = double{x} * x;
    sum += x;
    squares += square;
    fourth += square * square;
    product += double{x} * before;
    before = x;
    beyond += static_cast<std::size_t>(square > 3.6541528853610088 * 3.6541528853610088);
    above += static_cast<std::size_t>(x > 0);
  }
  constexpr double n = count;
  const double error = 5 / std::sqrt(n);  // five standard errors of a number of variance 1
  EXPECT_NEAR(sum / n, 0, error);
  EXPECT_NEAR(squares / n, 1, error * std::sqrt(2.0));
  EXPECT_NEAR(fourth / n, 3, error * std::sqrt(96.0));
  EXPECT_NEAR(product / n, 0, error) << "of neighbors";
  EXPECT_NEAR(static_cast<double>(above) / n, 0.5, error / 2);
  // Beyond the edge of the layers, from where another algorithm draws.
  const double tail = 2 * smaller(-3.6541528853610088);
  EXPECT_NEAR(static_cast<double>(beyond) / n, tail, error * std::sqrt(tail));
}

TEST(NormalNoise, FollowsFromItsSeed) {
  EXPECT_EQ(noise(7, 100), noise(7, 100));
  EXPECT_NE(noise(7, 100), noise(8, 100));
}

}  // namespace
}  // namespace temper::augment
