#include "temper/statistics/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "temper/core/error.h"
#include "temper/statistics/equivalence.h"
#include "temper/statistics/multiple.h"

namespace temper::statistics {
namespace {

using Numbers = std::vector<double>;

const Numbers kBase{90.0, 90.2, 89.9, 90.1, 90.3};

Numbers moved(const Numbers& changes) {
  Numbers result;
  for (std::size_t i = 0; i < kBase.size(); ++i) result.push_back(kBase[i] + changes[i]);
  return result;
}

const Numbers kHigher = moved({1.0, 1.1, 0.9, 1.2, 1.0});
const Numbers kLower = moved({-1.0, -1.1, -0.9, -1.2, -1.0});
const Numbers kEqual = moved({0.01, -0.02, 0.02, 0.0, -0.01});
const Numbers kUnclear = moved({1.0, -0.8, 0.1, -0.5, 0.9});

std::vector<Judged> judged(const JudgeOptions& options = {}) {
  const std::vector<Comparison> comparisons{
      {kHigher, kBase}, {kLower, kBase}, {kEqual, kBase}, {kUnclear, kBase}};
  return judge(comparisons, options);
}

TEST(Verdict, EachIsGivenWhereItBelongs) {
  const auto rows = judged();
  EXPECT_EQ(rows[0].verdict, Verdict::better);
  EXPECT_EQ(rows[1].verdict, Verdict::worse);
  EXPECT_EQ(rows[2].verdict, Verdict::no_different);
  EXPECT_EQ(rows[3].verdict, Verdict::undecided);
  EXPECT_EQ(name_of(rows[2].verdict), "no different within the margin");
}

TEST(Verdict, OfLossesTheLowerOneIsBetter) {
  const auto rows = judged({.higher_is_better = false});
  EXPECT_EQ(rows[0].verdict, Verdict::worse);
  EXPECT_EQ(rows[1].verdict, Verdict::better);
  EXPECT_EQ(rows[2].verdict, Verdict::no_different);
}

TEST(Verdict, CorrectionsAreThoseOfAllComparisonsTogether) {
  const auto rows = judged();
  Numbers p, equivalence;
  for (const auto& row : rows) {
    p.push_back(row.difference.p);
    equivalence.push_back(row.equivalence_p);
  }
  const auto adjusted = holm(p), adjusted_equivalence = holm(equivalence);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].adjusted_p, adjusted[i]);
    EXPECT_EQ(rows[i].adjusted_equivalence_p, adjusted_equivalence[i]);
    EXPECT_NEAR(rows[i].simultaneous.low, t_interval(rows[i].difference, 1 - 0.05 / 4).low, 1e-9);
    EXPECT_EQ(rows[i].interval.high, t_interval(rows[i].difference, 0.95).high);
    EXPECT_LT(rows[i].simultaneous.low, rows[i].interval.low);
    EXPECT_GT(rows[i].simultaneous.high, rows[i].interval.high);
  }
}

TEST(Verdict, ADifferenceThatIsCertainButSmallerThanTheMarginKeepsItsSign) {
  const std::vector<Comparison> one{{kHigher, kBase}};
  const auto row = judge(one, {.margin = 5}).front();
  EXPECT_EQ(row.verdict, Verdict::better);
  EXPECT_LT(row.equivalence_p, 0.001);
}

TEST(Verdict, ManyComparisonsAskForMoreOfEach) {
  const Numbers likely = moved({0.5, 0.2, 0.6, 0.1, 0.5});  // p = 0.018
  EXPECT_EQ(judge(std::vector<Comparison>{{likely, kBase}}).front().verdict, Verdict::better);
  std::vector<Comparison> many(10, {kUnclear, kBase});
  many.push_back({likely, kBase});
  EXPECT_EQ(judge(many).back().verdict, Verdict::undecided);
  EXPECT_TRUE(judge({}).empty());
}

TEST(Verdict, APilotCountsForItsMeanOnly) {
  const std::vector<Comparison> after_pilot{{kUnclear, kBase, 2}};
  EXPECT_EQ(judge(after_pilot).front().difference.df, 3);
}

TEST(Verdict, EquivalenceIsThatTheNarrowerIntervalLiesWithinTheMargin) {
  const auto difference = paired_difference(kEqual, kBase);
  const auto interval = t_interval(difference, 0.9);
  const double reach = std::max(std::abs(interval.low), std::abs(interval.high));
  EXPECT_LT(equivalence_p(difference, reach * 1.001), 0.05);
  EXPECT_GT(equivalence_p(difference, reach * 0.999), 0.05);
  EXPECT_EQ(equivalence_p(paired_difference(kBase, kBase), 0.1), 0);
  const auto untested = paired_difference(Numbers{1, 2}, Numbers{0.5, 1.5});
  EXPECT_EQ(equivalence_p(untested, 0.6), 1);
  EXPECT_THROW(equivalence_p(untested, 0), Error);
  EXPECT_THROW(equivalence_p(untested, std::nan("")), Error);
}

TEST(Multiple, HolmsCorrectionIsBetweenNoneAndBonferronis) {
  const Numbers p{0.01, 0.2, 0.03, 0.01, 0.9};
  const auto adjusted = holm(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    EXPECT_GE(adjusted[i], p[i]);
    EXPECT_LE(adjusted[i], std::min(1.0, 5 * p[i]) + 1e-15);
  }
  EXPECT_EQ(adjusted[0], adjusted[3]);
  EXPECT_TRUE(holm({}).empty());
  EXPECT_THROW(holm(Numbers{0.1, 1.1}), Error);
  EXPECT_THROW(holm(Numbers{-0.1}), Error);
  EXPECT_THROW(holm(Numbers{std::nan("")}), Error);
  EXPECT_DOUBLE_EQ(bonferroni_level(0.95, 10), 0.995);
  EXPECT_THROW(bonferroni_level(0.95, 0), Error);
  EXPECT_THROW(bonferroni_level(1, 2), Error);
}

TEST(Verdict, RefusesALevelOrAMarginWithoutMeaning) {
  EXPECT_THROW(judged({.level = 95}), Error);
  EXPECT_THROW(judged({.margin = 0}), Error);
  EXPECT_THROW(judged({.margin = std::numeric_limits<double>::infinity()}), Error);
}

}  // namespace
}  // namespace temper::statistics
