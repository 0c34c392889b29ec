// Against scipy and statsmodels; scripts/golden/statistical_tests.py wrote the numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "temper/statistics/distributions.h"
#include "temper/statistics/equivalence.h"
#include "temper/statistics/multiple.h"
#include "temper/statistics/paired.h"
#include "temper/statistics/power.h"
#include "temper/statistics/sequential.h"
#include "temper/statistics/shapley.h"
#include "temper/statistics/verdict.h"
#include "tests/support/golden.h"

namespace temper::statistics {
namespace {

void expect_equal(double ours, double published, const char* what) {
  EXPECT_NEAR(ours, published, 1e-9 * std::max(1.0, std::abs(published))) << what;
}

void expect_equal(const std::vector<double>& ours, const nlohmann::json& published,
                  const char* what) {
  ASSERT_EQ(ours.size(), published.size()) << what;
  for (std::size_t i = 0; i < ours.size(); ++i)
    expect_equal(ours[i], published[i].get<double>(), what);
}

std::vector<double> numbers(const nlohmann::json& list) {
  return list.get<std::vector<double>>();
}

class StatisticsGolden : public ::testing::Test {
 protected:
  const nlohmann::json golden = temper::testing::golden("statistics/statistics.json");
};

TEST_F(StatisticsGolden, PairedTestsIntervalsAndEquivalenceAreScipysAndStatsmodels) {
  ASSERT_EQ(golden["comparisons"].size(), 7U);
  for (const auto& published : golden["comparisons"]) {
    const auto a = numbers(published["a"]), b = numbers(published["b"]);
    const auto ours = paired_difference(a, b);
    EXPECT_EQ(ours.n, static_cast<std::int64_t>(a.size()));
    expect_equal(ours.mean, published["mean"].get<double>(), "mean");
    expect_equal(ours.deviation, published["deviation"].get<double>(), "deviation");
    expect_equal(ours.t, published["t"].get<double>(), "t");
    expect_equal(ours.p, published["p"].get<double>(), "p");
    expect_equal(ours.correlation, published["correlation"].get<double>(), "correlation");
    expect_equal(pairing_gain(ours), published["pairing_gain"].get<double>(), "pairing gain");
    expect_equal(equivalence_p(ours, published["margin"].get<double>()),
                 published["equivalence_p"].get<double>(), "equivalence");
    for (const auto& interval : published["intervals"]) {
      const auto [low, high] = t_interval(ours, interval[0].get<double>());
      expect_equal({low, high}, interval[1], "interval");
    }
    expect_equal(paired_difference(a, b, published["pilot"].get<std::int64_t>()).p,
                 published["after_pilot_p"].get<double>(), "p after a pilot");
  }
}

TEST_F(StatisticsGolden, HolmsAdjustedPValuesAreStatsmodels) {
  for (const auto& published : golden["holm"])
    expect_equal(holm(numbers(published["p"])), published["adjusted"], "Holm");
}

TEST_F(StatisticsGolden, DistributionsAreScipys) {
  for (const auto& row : golden["t_cdf"])
    expect_equal(t_cdf(row[0].get<double>(), row[1].get<double>()), row[2].get<double>(), "t");
  for (const auto& row : golden["t_quantile"])
    expect_equal(t_quantile(row[0].get<double>(), row[1].get<double>()), row[2].get<double>(),
                 "quantile of t");
  for (const auto& row : golden["normal_quantile"])
    expect_equal(normal_quantile(row[0].get<double>()), row[1].get<double>(), "normal quantile");
  for (const auto& row : golden["noncentral_t_cdf"])
    expect_equal(noncentral_t_cdf(row[0].get<double>(), row[1].get<double>(), row[2].get<double>()),
                 row[3].get<double>(), "noncentral t");
}

TEST_F(StatisticsGolden, PowerAndSampleSizesAreStatsmodels) {
  for (const auto& row : golden["power"])
    expect_equal(power(row[0].get<double>(), row[1].get<double>(), row[2].get<std::int64_t>(),
                       row[3].get<double>()),
                 row[4].get<double>(), "power");
  for (const auto& row : golden["detectable"])
    expect_equal(smallest_detectable(row[0].get<double>(), row[1].get<std::int64_t>(),
                                     row[2].get<double>(), row[3].get<double>()),
                 row[4].get<double>(), "smallest detectable difference");
  for (const auto& row : golden["sample_size"])
    EXPECT_EQ(sample_size(row[0].get<double>(), row[1].get<double>(), row[2].get<double>(),
                          row[3].get<double>()),
              row[4].get<std::int64_t>());
}

TEST_F(StatisticsGolden, GroupSequentialBoundsAreThoseOfAnotherQuadrature) {
  for (const auto& published : golden["bounds"])
    expect_equal(spending_bounds(numbers(published["fractions"]), published["alpha"].get<double>()),
                 published["bounds"], "bounds");
}

TEST_F(StatisticsGolden, ContributionsAndInteractionsAreThoseOfAllOrders) {
  for (const auto& published : golden["shapley"]) {
    const auto values = numbers(published["values"]);
    expect_equal(shapley(values), published["contributions"], "contributions");
    expect_equal(interaction_indices(values), published["interactions"], "interactions");
  }
}

}  // namespace
}  // namespace temper::statistics
