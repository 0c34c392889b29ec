// Against statsmodels; scripts/golden/paired_classifiers.py wrote the numbers.
#include "temper/statistics/classifiers.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "temper/core/error.h"
#include "temper/statistics/distributions.h"
#include "tests/support/golden.h"

namespace temper::statistics {
namespace {

using Classes = std::vector<std::int64_t>;

TEST(Classifiers, McNemarsTestIsStatsmodels) {
  const auto golden = temper::testing::golden("statistics/classifiers.json");
  ASSERT_EQ(golden["mcnemar"].size(), 10U);
  for (const auto& row : golden["mcnemar"]) {
    const auto test = mcnemar(row[0].get<std::int64_t>(), row[1].get<std::int64_t>());
    EXPECT_NEAR(test.exact_p, row[2].get<double>(), 1e-11) << row.dump();
    EXPECT_NEAR(test.chi_squared, row[3].get<double>(), 1e-10) << row.dump();
    EXPECT_NEAR(test.chi_squared_p, row[4].get<double>(), 1e-11) << row.dump();
  }
}

TEST(Classifiers, CohensKappaIsStatsmodels) {
  const auto golden = temper::testing::golden("statistics/classifiers.json");
  ASSERT_EQ(golden["kappa"].size(), 5U);
  for (const auto& published : golden["kappa"]) {
    const auto a = published["a"].get<Classes>(), b = published["b"].get<Classes>();
    const auto found = agreement(a, b, published["classes"].get<std::int64_t>());
    EXPECT_NEAR(found.kappa, published["kappa"].get<double>(), 1e-12);
    EXPECT_NEAR(found.deviation, published["deviation"].get<double>(), 1e-12);
    EXPECT_NEAR(found.interval.low, published["interval"][0].get<double>(), 1e-12);
    EXPECT_NEAR(found.interval.high, published["interval"][1].get<double>(), 1e-12);
  }
}

TEST(Classifiers, NothingDiffersWithoutImagesThatOneAloneGetsRight) {
  const auto test = mcnemar(0, 0);
  EXPECT_EQ(test.exact_p, 1);
  EXPECT_EQ(test.chi_squared, 0);
  EXPECT_EQ(test.chi_squared_p, 1);
  EXPECT_EQ(agreement(Classes{2, 2}, Classes{2, 2}, 3).kappa, 1);
  const auto opposite = agreement(Classes{0, 1}, Classes{1, 0}, 2);
  EXPECT_EQ(opposite.share, 0);
  EXPECT_EQ(opposite.kappa, -1);
}

TEST(Classifiers, RefusesWhatIsNoPair) {
  EXPECT_THROW(mcnemar(-1, 2), Error);
  EXPECT_THROW(agreement(Classes{}, Classes{}, 2), Error);
  EXPECT_THROW(agreement(Classes{0}, Classes{0, 1}, 2), Error);
  EXPECT_THROW(agreement(Classes{2}, Classes{0}, 2), Error);
  EXPECT_THROW(binomial_cdf(3, 2, 0.5), Error);
  EXPECT_THROW(chi_squared_survival(-1, 1), Error);
}

}  // namespace
}  // namespace temper::statistics
