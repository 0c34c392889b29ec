#include "temper/statistics/paired.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"

namespace temper::statistics {
namespace {

using Numbers = std::vector<double>;

Numbers normal(std::int64_t n, std::uint64_t seed, double mean, double deviation) {
  Random random(seed, Purpose::inspect);
  Numbers values;
  for (std::int64_t i = 0; i < n; ++i) values.push_back(mean + deviation * random.normal());
  return values;
}

TEST(Paired, SwappingTheSidesTurnsTheSign) {
  const auto here = normal(12, 1, 91, 0.3), there = normal(12, 2, 90.8, 0.2);
  const auto one = paired_difference(here, there), other = paired_difference(there, here);
  EXPECT_DOUBLE_EQ(one.mean, -other.mean);
  EXPECT_DOUBLE_EQ(one.t, -other.t);
  EXPECT_DOUBLE_EQ(one.p, other.p);
  EXPECT_DOUBLE_EQ(one.deviation, other.deviation);
  EXPECT_DOUBLE_EQ(one.deviation_a, other.deviation_b);
  EXPECT_DOUBLE_EQ(t_interval(one, 0.9).low, -t_interval(other, 0.9).high);
}

TEST(Paired, TheIntervalIncludes0ExactlyIfTheTestDoesNotReject) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const auto a = normal(6, seed, 0.15, 0.2), b = normal(6, seed + 100, 0, 0.1);
    const std::int64_t pilot = seed % 2 == 0 ? 3 : 0;
    const auto difference = paired_difference(a, b, pilot);
    const auto [low, high] = t_interval(difference, 0.95);
    EXPECT_EQ(low > 0 || high < 0, difference.p < 0.05) << seed;
  }
}

TEST(Paired, ItIsInTheUnitsOfTheNumbers) {
  const auto a = normal(9, 3, 0.91, 0.003), b = normal(9, 4, 0.908, 0.003);
  Numbers percent_a, percent_b;
  for (const double value : a) percent_a.push_back(100 * value);
  for (const double value : b) percent_b.push_back(100 * value);
  const auto fraction = paired_difference(a, b), percent = paired_difference(percent_a, percent_b);
  EXPECT_NEAR(percent.mean, 100 * fraction.mean, 1e-12);
  EXPECT_NEAR(percent.deviation, 100 * fraction.deviation, 1e-12);
  EXPECT_NEAR(percent.p, fraction.p, 1e-9);
}

TEST(Paired, EqualDifferencesHaveNoTestUnlessTheyAre0) {
  const auto none = paired_difference(Numbers{1, 2, 4}, Numbers{1, 2, 4});
  EXPECT_EQ(none.t, 0);
  EXPECT_EQ(none.p, 1);
  EXPECT_DOUBLE_EQ(none.correlation, 1);
  EXPECT_EQ(pairing_gain(none), std::numeric_limits<double>::infinity());
  const auto all = paired_difference(Numbers{1, 2, 4}, Numbers{2, 3, 5});
  EXPECT_EQ(all.mean, -1);
  EXPECT_FALSE(all.has_test());
  EXPECT_EQ(all.p, 1);
  EXPECT_EQ(t_interval(all, 0.95).low, -1);
  EXPECT_EQ(t_interval(all, 0.95).high, -1);
}

TEST(Paired, DifferencesByRoundingAreEqual) {
  const auto rounded = paired_difference(Numbers{80.1, 80.2, 80.4}, Numbers{79.0, 79.1, 79.3});
  EXPECT_EQ(rounded.deviation, 0);
  EXPECT_FALSE(rounded.has_test());
  const Numbers noise{1e-15, -2e-15, 3e-15};
  EXPECT_NE(paired_difference(noise, Numbers(3)).deviation, 0);
  const auto of_larger = paired_difference(noise, Numbers(3), /*pilot=*/0, /*scale=*/80);
  EXPECT_EQ(of_larger.t, 0);
  EXPECT_EQ(of_larger.p, 1);
}

TEST(Paired, AConstantSideHasNoCorrelation) {
  const auto one = paired_difference(Numbers{1, 2, 4}, Numbers{3, 3, 3});
  EXPECT_TRUE(std::isnan(one.correlation));
  EXPECT_EQ(pairing_gain(one), 1);
  EXPECT_TRUE(std::isnan(pairing_gain(paired_difference(Numbers{1, 1}, Numbers{3, 3}))));
}

TEST(Paired, TheGainIsThatOfTheVariances) {
  const auto base = normal(30, 5, 0, 1);
  const auto a = normal(30, 6, 0, 0.5);
  Numbers with_base;
  for (std::size_t i = 0; i < a.size(); ++i) with_base.push_back(base[i] + a[i]);
  const auto difference = paired_difference(with_base, base);
  const double apart = difference.deviation_a * difference.deviation_a +
                       difference.deviation_b * difference.deviation_b;
  EXPECT_NEAR(pairing_gain(difference), apart / (difference.deviation * difference.deviation),
              1e-9);
  EXPECT_GT(pairing_gain(difference), 3);
}

TEST(Paired, ThePilotsOwnDeviationIsNotUsed) {
  const Numbers zeros(8);
  // Moving the pilot's numbers apart without moving their mean changes nothing.
  const Numbers narrow{1.0, 1.1, 0.9, 1.4, 0.3, 0.8, 1.3, 0.6};
  const Numbers wide{1.0, 5.1, -3.1, 1.4, 0.3, 0.8, 1.3, 0.6};
  const auto a = paired_difference(narrow, zeros, 3), b = paired_difference(wide, zeros, 3);
  EXPECT_EQ(a.df, 5);
  EXPECT_NEAR(a.mean, b.mean, 1e-15);
  EXPECT_NEAR(a.deviation, b.deviation, 1e-12);
  EXPECT_NEAR(a.p, b.p, 1e-12);
  // Moving its mean does.
  const Numbers moved{2.0, 2.1, 1.9, 1.4, 0.3, 0.8, 1.3, 0.6};
  EXPECT_GT(paired_difference(moved, zeros, 3).deviation, a.deviation);
  // SS(all) - SS(pilot), by hand.
  const auto ordinary = paired_difference(narrow, zeros);
  EXPECT_EQ(ordinary.df, 7);
  EXPECT_NEAR(5 * a.deviation * a.deviation, 7 * ordinary.deviation * ordinary.deviation - 0.02,
              1e-12);
}

TEST(Paired, RefusesWhatCannotBeCompared) {
  const Numbers one{1}, two{1, 2}, three{1, 2, 3};
  EXPECT_THROW(paired_difference(one, one), Error);
  EXPECT_THROW(paired_difference({}, {}), Error);
  EXPECT_THROW(paired_difference(two, three), Error);
  EXPECT_THROW(paired_difference(three, three, 3), Error);
  EXPECT_THROW(paired_difference(three, three, -1), Error);
  EXPECT_THROW(paired_difference(two, Numbers{1, std::nan("")}), Error);
  EXPECT_THROW(paired_difference(Numbers{1, std::numeric_limits<double>::infinity()}, two), Error);
  for (const double level : {0.0, 1.0, 95.0, std::nan("")})
    EXPECT_THROW(t_interval(paired_difference(two, two), level), Error) << level;
}

}  // namespace
}  // namespace temper::statistics
