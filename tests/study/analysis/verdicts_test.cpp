// The verdicts of made-up studies: differences without variance, studies that have not finished,
// claims of equality, and what could be detected after a pilot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "temper/statistics/power.h"
#include "temper/study/analysis/judgements.h"
#include "tests/study/analysis/made_up.h"

namespace temper::study {
namespace {

using made_up::course;
using made_up::kA;
using made_up::kB;
using made_up::kC;
using made_up::listed;
using made_up::run;
using made_up::table;
using statistics::Verdict;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kSingle = "mode = \"one_at_a_time\"\n";

/// Results to which `change` adds figures.
Run changed(const made_up::Accuracy& accuracy, const std::function<void(Result&)>& change) {
  return [=](std::span<const Trial> trials) {
    auto results = run(accuracy)(trials);
    for (auto& one : results) change(one);
    return results;
  };
}

// Without variance

const std::vector<double> kBase{80, 80.4, 80.1};
const std::vector<double> kOneMore{81, 81.4, 81.1};
const std::vector<double> kAbout{82, 82.5, 82.0};

TEST(WithoutVariance, ADifferenceIsUndecidedAndHasNoTest) {
  const auto made =
      table(course(kSingle + "seeds = 3", {kA}), run(listed({{0, kBase}, {1, kOneMore}})));
  const auto& judged = *made.rows[1].against_base;
  EXPECT_NEAR(judged.difference.mean, 1, 1e-9);
  EXPECT_EQ(judged.verdict, Verdict::undecided);
  EXPECT_FALSE(judged.difference.has_test());
  EXPECT_EQ(judged.difference.p, 1);
  EXPECT_EQ(judged.adjusted_p, 1);
  EXPECT_EQ(judged.adjusted_equivalence_p, 1);
  EXPECT_THAT(made.notes,
              Contains(HasSubstr("a against base: undecided, because the differences have no "
                                 "variance: every pair of runs differs by +1.00 points")));
  EXPECT_THAT(made.undecided, IsEmpty());
}

TEST(WithoutVariance, AlsoOneWithinTheMarginIsUndecided) {
  const auto made = table(course(kSingle + "seeds = 3\nmargin = 2", {kA}),
                          run(listed({{0, kBase}, {1, kOneMore}})));
  EXPECT_EQ(made.rows[1].against_base->verdict, Verdict::undecided);
}

TEST(WithoutVariance, RunsThatAreEqualInEveryPairAreNoDifferent) {
  const auto made =
      table(course(kSingle + "seeds = 3", {kA}), run(listed({{0, kBase}, {1, kBase}})));
  const auto& judged = *made.rows[1].against_base;
  EXPECT_EQ(judged.verdict, Verdict::no_different);
  EXPECT_EQ(judged.difference.p, 1);
  EXPECT_TRUE(judged.difference.has_test());
  EXPECT_THAT(made.notes, Not(Contains(HasSubstr("no variance"))));
}

TEST(WithoutVariance, OtherDifferencesAreAdjustedForItAsForAnyOther) {
  const auto made = table(course(kSingle + "seeds = 3", {kA, kB}),
                          run(listed({{0, kBase}, {1, kOneMore}, {2, kAbout}})));
  const auto& b = *made.rows[2].against_base;
  EXPECT_EQ(made.comparisons, 2);
  EXPECT_NEAR(b.adjusted_p, 2 * b.difference.p, 1e-12);
  EXPECT_EQ(b.verdict, Verdict::better);
}

TEST(WithoutVariance, FurtherColumnsHaveNoTestEither) {
  const auto study = course(kSingle + "seeds = 3\nfigures = [\"loss\"]", {kA});
  const auto made = table(study, changed(listed({{0, kBase}, {1, kAbout}}), [](Result& one) {
                            one.figures["test.loss"] =
                                0.1 * static_cast<double>(one.seed) + (one.label[0] == 'a' ? 1 : 0);
                          }));
  const auto& loss = *made.rows[1].figures[0].against_base;
  EXPECT_NEAR(loss.difference.mean, 1, 1e-12);
  EXPECT_EQ(loss.verdict, Verdict::undecided);
  EXPECT_EQ(loss.adjusted_p, 1);
}

TEST(WithoutVariance, AnInteractionIsNotFlagged) {
  // Together a and b change 2.5 points more than each alone, with every seed.
  const auto made = table(course("seeds = 3\nmode = \"orders\"", {kA, kB}),
                          run(listed({{0, {80.0, 80.3, 80.1}},
                                      {1, {81.0, 81.2, 81.3}},
                                      {2, {81.5, 81.9, 81.4}},
                                      {3, {85.0, 85.3, 85.1}}})));
  EXPECT_THAT(made.interactions, IsEmpty());
}

TEST(WithoutVariance, NoLookDecidesIt) {
  const auto made =
      table(course(kSingle + "seeds = 8\nlooks = 4", {kA}), run([](const Trial& trial) {
              return 80 + 0.1 * static_cast<double>(trial.recipe.seed) +
                     static_cast<double>(made_up::rows_in(trial));
            }));
  EXPECT_THAT(made.seeds, SizeIs(8)) << "no early look ended the study";
  EXPECT_EQ(made.rows[1].against_base->verdict, Verdict::undecided);
}

TEST(WithoutVariance, AClaimIsUndecidedAndSaysWhy) {
  const std::string claim = "[[claim]]\ntext = \"a helps\"\nrow = \"a\"\n";
  const auto made =
      table(course(kSingle + "seeds = 3", {kA, claim}), run(listed({{0, kBase}, {1, kOneMore}})));
  EXPECT_EQ(made.claims[0].outcome, "undecided: the differences have no variance");
  EXPECT_EQ(made.claims[0].judged->verdict, Verdict::undecided);
  EXPECT_TRUE(std::isinf(made.claims[0].smallest_detectable));
}

// Studies that have not finished

void expect_withheld(const statistics::Judged& judged) {
  EXPECT_EQ(judged.verdict, Verdict::undecided);
  for (const double p : {judged.difference.t, judged.difference.p, judged.adjusted_p,
                         judged.equivalence_p, judged.adjusted_equivalence_p})
    EXPECT_TRUE(std::isnan(p)) << p;
  EXPECT_TRUE(std::isfinite(judged.difference.mean));
  EXPECT_LT(judged.interval.low, judged.interval.high);
}

TEST(UnfinishedStudy, WithholdsVerdictsAndPValuesEverywhere) {
  const std::string claim = "[[claim]]\ntext = \"a helps\"\nrow = \"a\"\n";
  const auto study = course(kSingle + "seeds = 3\nfigures = [\"gap.loss\"]", {kA, claim});
  const auto stand = study.stand({});
  const auto all = changed(listed({{0, kBase}, {1, kAbout}}), [](Result& one) {
    one.figures["gap.loss"] =
        0.01 * static_cast<double>(one.seed * one.seed) * (one.label[0] == 'a' ? 10 : 1);
  })(stand.next.trials);
  Results results;
  for (const auto& one : all) results[one.fingerprint] = one;
  results.erase("base, seed 3");
  const auto so_far = analyse(study, stand, results);
  ASSERT_FALSE(so_far.complete);
  const auto& row = so_far.rows[1];
  ASSERT_TRUE(row.against_base && row.figures.at(0).against_base && so_far.claims.at(0).judged);
  expect_withheld(*row.against_base);
  expect_withheld(*row.figures[0].against_base);
  expect_withheld(*so_far.claims[0].judged);
  EXPECT_EQ(so_far.claims[0].outcome, "undecided");
  for (const auto& one : all) results[one.fingerprint] = one;
  const auto made = analyse(study, study.stand(results), results);
  ASSERT_TRUE(made.complete);
  EXPECT_EQ(made.rows[1].against_base->verdict, Verdict::better);
  EXPECT_EQ(made.claims[0].outcome, "holds");
}

TEST(UnfinishedStudy, HasAColumnOnceWhateverItsSpelling) {
  const auto study = course(kSingle + "seeds = 3\nfigures = [\"loss\", \"validation.loss\"]", {kA});
  const auto so_far = analyse(study, study.stand({}), {});
  ASSERT_THAT(so_far.columns, SizeIs(1));
  EXPECT_EQ(so_far.columns[0].key, "validation.loss");
  const auto made = table(study, run(listed({{0, kBase}, {1, kAbout}})));
  EXPECT_THAT(made.columns, SizeIs(2));
}

// Claims of equality

TEST(ClaimsOfEquality, DoNotHoldOnlyWhereTheWholeIntervalIsBeyondTheMargin) {
  const auto with = [](const std::vector<double>& differences) {
    auto values = kBase;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += differences[i];
    return values;
  };
  std::vector<std::string> parts{kA, kB, kC};
  for (const auto* row : {"a", "b", "c"})
    parts.push_back(std::string("[[claim]]\ntext = \"the same\"\nrow = \"") + row +
                    "\"\nexpect = \"equal\"\n");
  const auto made = table(course(kSingle + "seeds = 3\nmargin = 0.2", parts),
                          run(listed({{0, kBase},
                                      {1, with({0.21, 0.25, 0.29})},
                                      {2, with({1.0, 1.04, 0.96})},
                                      {4, with({0.01, 0.05, 0.03})}})));
  ASSERT_THAT(made.claims, SizeIs(3));
  const auto& [a, b, c] = std::tie(made.claims[0], made.claims[1], made.claims[2]);
  EXPECT_EQ(a.outcome, "undecided") << "different from 0, but maybe by less than the margin";
  EXPECT_LE(a.judged->adjusted_p, 0.05);
  EXPECT_LT(a.judged->simultaneous.low, 0.2);
  EXPECT_EQ(b.outcome, "does not hold");
  EXPECT_GT(b.judged->simultaneous.low, 0.2);
  EXPECT_EQ(c.outcome, "holds");
}

TEST(Claims, TheirVerdictsAreAdjustedAsTheirOutcomesAre) {
  // p = 0.028 alone, twice that among two claims.
  const std::vector<double> differences{1, 1.8, 1.3};
  auto values = kBase;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += differences[i];
  std::vector<std::string> parts{kA, kB};
  for (const auto* row : {"a", "b"})
    parts.push_back(std::string("[[claim]]\ntext = \"it helps\"\nrow = \"") + row + "\"\n");
  const auto made = table(course(kSingle + "seeds = 3", parts),
                          run(listed({{0, kBase}, {1, values}, {2, values}})));
  for (const auto& claim : made.claims) {
    ASSERT_LE(claim.judged->difference.p, 0.05);
    ASSERT_GT(claim.judged->adjusted_p, 0.05);
    EXPECT_EQ(claim.outcome, "undecided");
    EXPECT_EQ(claim.judged->verdict, Verdict::undecided);
  }
}

// After a pilot

TEST(AfterAPilot, WhatCouldBeDetectedHasTheDegreesOfFreedomOfTheTest) {
  const std::string claim = "[[claim]]\ntext = \"a helps\"\nrow = \"a\"\n";
  const auto study = course(kSingle + "detect = 0.3\npilot = 5\nmargin = 0.01", {kA, claim});
  // The difference is 0.3 and -0.3 in turn.
  const auto made = table(study, run([](const Trial& trial) {
                            const auto seed = trial.recipe.seed;
                            const double way = seed % 2 == 0 ? -0.3 : 0.3;
                            return 80 + 0.05 * static_cast<double>(seed) +
                                   static_cast<double>(made_up::rows_in(trial)) * way;
                          }));
  const auto& difference = made.rows[1].against_base->difference;
  ASSERT_EQ(difference.df, static_cast<double>(difference.n - 5));
  ASSERT_THAT(made.undecided, SizeIs(1));
  const double expected = statistics::smallest_detectable(difference.deviation, difference.n, 0.8,
                                                          0.05, difference.pilot());
  EXPECT_NEAR(made.undecided[0].smallest_detectable, expected, 1e-9);
  EXPECT_EQ(made.undecided[0].seeds,
            statistics::sample_size(0.3, difference.deviation, 0.8, 0.05, difference.pilot()));
  EXPECT_NEAR(made.claims[0].smallest_detectable, expected, 1e-9);
  EXPECT_GT(expected,
            statistics::smallest_detectable(difference.deviation, difference.n, 0.8, 0.05));
}

}  // namespace
}  // namespace temper::study
