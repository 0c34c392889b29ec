#include "temper/corrupt/arrays/draws.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace temper::corrupt {
namespace {

AddressedDraws draws(std::uint64_t seed) {
  return AddressedDraws(Random(seed, Purpose::corrupt, {1}));
}

TEST(Poisson, HasItsMeanAndVariance) {
  constexpr int n = 40000;
  for (const double mean : {0.02, 0.5, 3.0, 9.9, 10.0, 25.0, 60.0, 500.0}) {
    auto random = draws(7);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; ++i) {
      const auto count = static_cast<double>(random.poisson(mean));
      ASSERT_GE(count, 0);
      sum += count;
      squares += count * count;
    }
    const double found = sum / n;
    const double variance = squares / n - found * found;
    EXPECT_NEAR(found, mean, 5 * std::sqrt(mean / n)) << mean;
    EXPECT_NEAR(variance, mean, 5 * std::sqrt((2 * mean * mean + mean) / n)) << mean;
  }
}

TEST(Poisson, HasTheProbabilitiesOfEachCount) {
  constexpr int n = 100000;
  for (const double mean : {2.0, 12.0}) {
    auto random = draws(11);
    std::map<std::int64_t, int> counts;
    for (int i = 0; i < n; ++i) ++counts[random.poisson(mean)];
    double probability = std::exp(-mean);
    for (std::int64_t k = 0; k < 30; ++k) {
      EXPECT_NEAR(counts[k] / static_cast<double>(n), probability,
                  5 * std::sqrt(probability / n) + 1e-5)
          << mean << " " << k;
      probability *= mean / static_cast<double>(k + 1);
    }
  }
}

TEST(Poisson, OfNothingIsNothing) {
  EXPECT_EQ(draws(1).poisson(0), 0);
}

TEST(Draws, AreTheSameAtTheSameAddress) {
  auto one = draws(3);
  auto other = draws(3);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(one.poisson(12), other.poisson(12));
    EXPECT_EQ(one.normal(), other.normal());
    EXPECT_EQ(one.below(7), other.below(7));
    EXPECT_EQ(one.uniform(-1, 1), other.uniform(-1, 1));
  }
}

}  // namespace
}  // namespace temper::corrupt
