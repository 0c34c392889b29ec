#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <vector>

/// Expectations of what operations draw. With another seed each would fail by chance once in a
/// million times.
namespace temper::augment {

/// Expects numbers that are uniform in [low, high], by Kolmogorov and Smirnov's distance.
inline void expect_uniform_numbers(std::vector<double> drawn, double low, double high) {
  ASSERT_GE(drawn.size(), 500U);
  std::ranges::sort(drawn);
  EXPECT_GE(drawn.front(), low);
  EXPECT_LE(drawn.back(), high);
  const auto n = static_cast<double>(drawn.size());
  double distance = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i)
    distance = std::max(
        distance, std::abs((drawn[i] - low) / (high - low) - (static_cast<double>(i) + 0.5) / n));
  EXPECT_LT(distance, 2.7 / std::sqrt(n));
}

/// Expects each value as often as its probability says, within five standard deviations.
template <class Value>
void expect_shares(const std::map<Value, int>& counts, const std::map<Value, double>& shares) {
  ASSERT_EQ(counts.size(), shares.size());
  double n = 0;
  for (const auto& [value, count] : counts) n += count;
  for (const auto& [value, share] : shares) {
    ASSERT_TRUE(counts.contains(value)) << ::testing::PrintToString(value);
    EXPECT_NEAR(counts.at(value), share * n, 5 * std::sqrt(share * (1 - share) * n))
        << ::testing::PrintToString(value);
  }
}

/// Expects that many values, each as often as the others.
template <class Value>
void expect_equal_shares(const std::map<Value, int>& counts, std::size_t values) {
  ASSERT_EQ(counts.size(), values);
  std::map<Value, double> shares;
  for (const auto& [value, count] : counts) shares[value] = 1 / static_cast<double>(values);
  expect_shares(counts, shares);
}

}  // namespace temper::augment
