// The tables of studies on made-up results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "tests/study/analysis/made_up.h"

namespace temper::study {
namespace {

using made_up::course;
using made_up::kA;
using made_up::kB;
using made_up::kC;
using made_up::kListed;
using made_up::listed;
using made_up::run;
using made_up::table;
using statistics::Verdict;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const TableRow& row_named(const StudyTable& table, const std::string& name) {
  for (const auto& row : table.rows)
    if (row.name == name) return row;
  throw std::out_of_range(name);
}

TEST(StudyTable, AdditiveGainsStandBesideWhatLeavingOutCosts) {
  const auto made = table(course("seeds = 3", {kA, kB}), run(listed(kListed)));
  EXPECT_TRUE(made.complete);
  EXPECT_EQ(made.column.key, "test.accuracy");
  EXPECT_EQ(made.column.unit, "points");
  EXPECT_THAT(made.seeds, ElementsAre(1, 2, 3));
  ASSERT_THAT(made.rows, SizeIs(4));  // base, a, b on top of a, all without a
  const auto& base = made.rows[0];
  EXPECT_NEAR(base.value->mean, 80.2, 1e-9);
  EXPECT_NEAR(base.value->deviation, 0.2, 1e-9);
  EXPECT_NEAR(base.validation->mean, 79.2, 1e-9);
  EXPECT_FALSE(base.against_base);

  const auto& a = row_named(made, "a");
  EXPECT_EQ(a.tag, Tag::training);
  ASSERT_TRUE(a.against_base && a.against_before && a.left_out);
  EXPECT_NEAR(a.against_base->difference.mean, 1.0, 1e-9);
  EXPECT_NEAR(a.against_base->difference.p, 0.013072457560346, 1e-9);
  EXPECT_NEAR(a.against_base->interval.low, 0.503172457656084, 1e-9);
  EXPECT_NEAR(a.against_base->interval.high, 1.496827542343916, 1e-9);
  EXPECT_NEAR(a.left_out->difference.mean, 1.266666666666667, 1e-9);
  EXPECT_NEAR(a.left_out->difference.p, 0.047017261106514, 1e-9);

  const auto& b = row_named(made, "b");
  EXPECT_NEAR(b.against_base->difference.mean, 2.8, 1e-9);
  EXPECT_NEAR(b.against_before->difference.mean, 1.8, 1e-9);
  EXPECT_NEAR(b.left_out->difference.mean, 1.8, 1e-9);  // the last row: the same difference

  const auto& without = row_named(made, "without a");
  EXPECT_TRUE(without.leaves_out);
  EXPECT_EQ(without.row, a.row);
}

TEST(StudyTable, EveryDifferenceNamesItsRows) {
  const auto made = table(course("seeds = 3", {kA, kB}), run(listed(kListed)));
  const auto mean = [&](const RowPair& pair) {
    return made.rows.at(pair.row).value->mean - made.rows.at(pair.than).value->mean;
  };
  for (const auto& row : made.rows) {
    if (row.against_base) {
      EXPECT_NEAR(row.against_base->difference.mean, mean(row.base_pair), 1e-9) << row.name;
    }
    if (row.against_before) {
      EXPECT_NEAR(row.against_before->difference.mean, mean(row.before_pair), 1e-9) << row.name;
    }
    if (row.left_out) {
      EXPECT_NEAR(row.left_out->difference.mean, mean(row.left_out_pair), 1e-9) << row.name;
    }
  }
}

TEST(StudyTable, InTwoRowsOrdersTheArmWithoutOneIsThatOfTheOther) {
  const auto made = table(course("seeds = 3\nmode = \"orders\"", {kA, kB}), run(listed(kListed)));
  ASSERT_THAT(made.rows, SizeIs(4));  // base, a, b, a + b
  const auto& a = row_named(made, "a");
  const auto& b = row_named(made, "b");
  EXPECT_EQ(a.row, 0U);
  EXPECT_EQ(b.row, 1U);
  EXPECT_EQ(a.tag, Tag::training);
  EXPECT_EQ(b.tag, Tag::regularization);
  EXPECT_FALSE(a.leaves_out || b.leaves_out);
  EXPECT_NEAR(a.against_base->difference.mean, 1.0, 1e-9);
  EXPECT_NEAR(a.left_out->difference.mean, 1.266666666666667, 1e-9);
  EXPECT_EQ(a.left_out_pair.than, b.arm);
  EXPECT_NEAR(b.left_out->difference.mean, 1.8, 1e-9);
  EXPECT_EQ(b.left_out_pair.than, a.arm);
}

TEST(StudyTable, InThreeRowsOrdersPairsLeaveOneOut) {
  auto values = kListed;
  values[4] = {80.1, 80.6, 80.4};
  values[5] = {81.1, 81.5, 81.5};
  values[6] = {81.7, 82.2, 81.7};
  values[7] = {84.0, 83.9, 84.3};
  const auto made =
      table(course("seeds = 3\nmode = \"orders\"", {kA, kB, kC}), run(listed(values)));
  ASSERT_THAT(made.rows, SizeIs(8));
  EXPECT_FALSE(row_named(made, "c").leaves_out);
  EXPECT_NEAR(row_named(made, "c").left_out->difference.mean, 1.066666666666667, 1e-9);
  EXPECT_TRUE(row_named(made, "a + b").leaves_out);
  EXPECT_EQ(row_named(made, "a + b").row, 2U);  // c
  EXPECT_FALSE(row_named(made, "a + b").left_out);
}

TEST(StudyTable, OfTwoRowsLeftOutEachArmLeavesOneOut) {
  const auto made =
      table(course("seeds = 3\nmode = \"leave_one_out\"", {kA, kB}), run(listed(kListed)));
  ASSERT_THAT(made.rows, SizeIs(4));  // base, all rows, without a, without b
  const auto& without = row_named(made, "without a");
  EXPECT_TRUE(without.leaves_out);
  EXPECT_EQ(without.row, 0U);
  EXPECT_NEAR(without.left_out->difference.mean, 1.266666666666667, 1e-9);
  EXPECT_NEAR(row_named(made, "without b").left_out->difference.mean, 1.8, 1e-9);
}

TEST(StudyTable, AllDifferencesAreJudgedTogetherEachOnce) {
  const auto made = table(course("seeds = 3", {kA, kB}), run(listed(kListed)));
  EXPECT_EQ(made.comparisons, 4);
  const auto& a = row_named(made, "a");
  const auto& b = row_named(made, "b");
  EXPECT_NEAR(a.against_base->adjusted_p, 0.026144915120694, 1e-9);
  EXPECT_NEAR(b.against_base->adjusted_p, 0.016359986758086, 1e-9);
  EXPECT_NEAR(b.against_before->adjusted_p, 0.016359986758086, 1e-9);
  EXPECT_NEAR(a.left_out->adjusted_p, 0.047017261106514, 1e-9);
  EXPECT_NEAR(b.against_before->simultaneous.low, 0.776912224983669, 1e-9);
  EXPECT_EQ(a.against_base->verdict, Verdict::better);
}

TEST(StudyTable, GainsAreAddedUpByTag) {
  const auto made = table(course("seeds = 3", {kA, kB}), run(listed(kListed)));
  ASSERT_THAT(made.sums, SizeIs(2));
  EXPECT_EQ(made.sums[0].tag, Tag::training);
  EXPECT_NEAR(made.sums[0].judged->difference.mean, 1.0, 1e-9);
  EXPECT_NEAR(made.sums[1].judged->difference.mean, 1.8, 1e-9);
  ASSERT_THAT(made.sums_left_out, SizeIs(2));
  EXPECT_NEAR(made.sums_left_out[0].judged->difference.mean, 1.266666666666667, 1e-9);
}

TEST(StudyTable, TheGainsOfTwoRowsWithATagAreTheirSumSeedBySeed) {
  // a, then b and c, both regularization: their gains add up to the step from a to all rows.
  auto values = kListed;
  values[7] = {84.0, 83.6, 84.4};
  values[5] = {82.0, 82.2, 82.6};
  values[6] = {82.5, 82.9, 82.6};
  const auto made = table(course("seeds = 3", {kA, kB, kC}), run(listed(values)));
  ASSERT_THAT(made.sums, SizeIs(2));
  EXPECT_EQ(made.sums[1].name, "regularization");
  const auto& sum = made.sums[1].judged->difference;
  EXPECT_EQ(sum.n, 3);
  EXPECT_NEAR(sum.mean, (3.0 + 2.4 + 3.0) / 3, 1e-9);
  ASSERT_THAT(made.sums[1].by_seed, SizeIs(3));
  EXPECT_EQ(made.sums[1].by_seed[1].seed, 2);
  EXPECT_NEAR(made.sums[1].by_seed[1].value, 2.4, 1e-9);
  EXPECT_NEAR(sum.deviation, std::sqrt(0.12), 1e-9);
}

TEST(StudyTable, WhatPairingBoughtIsTheMeanCorrelationOfTheDifferences) {
  const auto made = table(course("seeds = 3", {kA, kB}), run(listed(kListed)));
  ASSERT_TRUE(made.pairing);
  EXPECT_EQ(made.pairing->differences, 4);
  EXPECT_NEAR(made.pairing->correlation, -0.069428442761956, 1e-9);
  EXPECT_NEAR(made.pairing->gain, 0.864661654135340, 1e-9);
}

TEST(StudyTable, TwoByTwoEffectsAreAveragedOverTheOtherChange) {
  const std::string architecture =
      "[[row]]\nname = \"a\"\ntag = \"architecture\"\nset.data.label_noise = 0.1\n";
  const auto made =
      table(course("seeds = 3\nmode = \"two_by_two\"", {architecture, kB}), run(listed(kListed)));
  ASSERT_THAT(made.effects, SizeIs(3));
  const auto& [network, training, interaction] =
      std::tie(made.effects[0], made.effects[1], made.effects[2]);
  EXPECT_EQ(network.name, "architecture");
  EXPECT_NEAR(network.judged->difference.mean, 1.133333333333333, 1e-9);
  EXPECT_NEAR(network.judged->difference.deviation, 0.340342964277705, 1e-9);
  EXPECT_NEAR(network.judged->difference.p, 0.028769618631928, 1e-9);
  EXPECT_NEAR(training.judged->difference.mean, 1.666666666666667, 1e-9);
  EXPECT_NEAR(training.judged->difference.p, 0.000699265856451, 1e-9);
  EXPECT_EQ(interaction.name, "interaction");
  EXPECT_NEAR(interaction.judged->difference.mean, 0.266666666666667, 1e-9);
  EXPECT_NEAR(interaction.judged->difference.p, 0.287303354900194, 1e-9);
  EXPECT_NEAR(row_named(made, "new training").left_out->difference.mean, 1.266666666666667, 1e-9);
}

TEST(StudyTable, ContributionsAreMeansOverAllOrders) {
  const auto made = table(course("seeds = 3\nmode = \"orders\"", {kA, kB}), run(listed(kListed)));
  ASSERT_THAT(made.contributions, SizeIs(2));
  EXPECT_EQ(made.contributions[0].name, "a");
  EXPECT_NEAR(made.contributions[0].judged->difference.mean, 1.133333333333333, 1e-9);
  EXPECT_NEAR(made.contributions[1].judged->difference.mean, 1.666666666666667, 1e-9);
  EXPECT_NEAR(made.sums[1].judged->difference.mean, 1.666666666666667, 1e-9);
  EXPECT_THAT(made.interactions, IsEmpty());
}

TEST(StudyTable, AClearInteractionIsFlagged) {
  auto values = kListed;
  values[3] = {85.0, 85.2, 85.1};
  values[2] = {81.5, 81.7, 81.6};
  values[1] = {81.0, 81.2, 81.1};
  values[0] = {80.0, 80.2, 80.11};
  const auto made = table(course("seeds = 3\nmode = \"orders\"", {kA, kB}), run(listed(values)));
  ASSERT_THAT(made.interactions, SizeIs(1));
  EXPECT_EQ(made.interactions[0].first, "a");
  EXPECT_EQ(made.interactions[0].second, "b");
  EXPECT_NEAR(made.interactions[0].effect.mean, (2.5 + 2.5 + 2.51) / 3, 1e-9);
}

TEST(StudyTable, RowsRankOnValidationAlone) {
  // On the test set a is better than the base, on the validation set it is worse.
  const auto study = course("seeds = 2\nmode = \"one_at_a_time\"", {kA, kB});
  const auto made = table(study, [&](std::span<const Trial> trials) {
    auto results = run(listed(kListed))(trials);
    for (auto& one : results)
      if (one.label.starts_with("a,")) one.figures["validation.accuracy"] = 0.5;
    return results;
  });
  EXPECT_EQ(row_named(made, "a").rank, 3);
  EXPECT_EQ(row_named(made, "base").rank, 2);
  EXPECT_EQ(row_named(made, "b").rank, 1);
  EXPECT_GT(row_named(made, "a").value->mean, row_named(made, "base").value->mean);
}

TEST(StudyTable, TheFrontHasNoRowThatIsAsGoodAndFaster) {
  const auto study = course("seeds = 2\nmode = \"one_at_a_time\"", {kA, kB});
  const auto made = table(study, [&](std::span<const Trial> trials) {
    auto results = run(listed(kListed))(trials);
    for (auto& one : results)
      if (one.label.starts_with("b,")) one.figures["seconds"] = 20;
    return results;
  });
  EXPECT_FALSE(row_named(made, "base").pareto);  // a is better and takes the same time
  EXPECT_TRUE(row_named(made, "a").pareto);
  EXPECT_TRUE(row_named(made, "b").pareto);
  EXPECT_DOUBLE_EQ(row_named(made, "b").seconds, 20);
  EXPECT_DOUBLE_EQ(made.seconds, 2 * (10 + 10 + 20));
  EXPECT_EQ(made.runs, 6);
}

TEST(StudyTable, ARowWithADivergedRunIsNotJudged) {
  const auto made = table(course("seeds = 3\nmode = \"one_at_a_time\"", {kA, kB}),
                          run([](const Trial& trial) -> std::optional<double> {
                            if (made_up::rows_in(trial) == 1 && trial.recipe.seed == 2)
                              return std::nullopt;
                            return listed(kListed)(trial);
                          }));
  const auto& a = row_named(made, "a");
  EXPECT_EQ(a.diverged, 1);
  EXPECT_EQ(a.finished, 2);
  EXPECT_EQ(a.value->n, 2);
  EXPECT_FALSE(a.against_base);
  EXPECT_EQ(a.rank, 0);
  EXPECT_EQ(a.points[1].outcome, "diverged");
  EXPECT_FALSE(a.points[1].value);
  EXPECT_TRUE(row_named(made, "b").against_base);
  EXPECT_EQ(made.comparisons, 1);
  EXPECT_THAT(made.notes, Contains(HasSubstr("1 of 3 runs of a diverged")));
}

TEST(StudyTable, RunsThatHaveNotEndedAreLeftOutOfTheTableSoFar) {
  const auto study = course("seeds = 3\nmode = \"one_at_a_time\"", {kA});
  Results results;
  const auto stand = study.stand(results);
  auto all = run(listed(kListed))(stand.next.trials);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) results[all[i].fingerprint] = all[i];
  const auto made = analyse(study, stand, results, {.extras = false});
  EXPECT_FALSE(made.complete);
  EXPECT_EQ(made.rows[0].finished, 3);
  EXPECT_EQ(made.rows[1].missing, 1);
  EXPECT_EQ(made.rows[1].points[2].outcome, "");
  EXPECT_EQ(made.rows[1].against_base->difference.n, 2);
  // Nobody sees test figures or verdicts before the end.
  EXPECT_EQ(made.column.key, "validation.accuracy");
  EXPECT_EQ(made.rows[1].against_base->verdict, Verdict::undecided);
  EXPECT_DOUBLE_EQ(*made.rows[0].points[0].value, 79);
}

TEST(StudyTable, FiguresOfTheTestSetAreNotSeenBeforeTheEnd) {
  const std::string claim =
      "[[claim]]\ntext = \"it loses less\"\nfigure = \"test.loss\"\nrow = \"a\"\nexpect = "
      "\"lower\"\n";
  const auto study =
      course("seeds = 3\nmode = \"one_at_a_time\"\nfigures = [\"test.loss\", \"validation.loss\"]",
             {kA, claim});
  Results results;
  const auto stand = study.stand(results);
  auto all = run(listed(kListed))(stand.next.trials);
  for (auto& one : all) one.figures["test.loss"] = static_cast<double>(one.seed);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) results[all[i].fingerprint] = all[i];
  const auto so_far = analyse(study, stand, results, {.extras = false});
  ASSERT_THAT(so_far.columns, SizeIs(1));
  EXPECT_EQ(so_far.columns[0].key, "validation.loss");
  ASSERT_THAT(so_far.claims, SizeIs(1));
  EXPECT_FALSE(so_far.claims[0].judged);
  results[all.back().fingerprint] = all.back();
  const auto made = analyse(study, study.stand(results), results, {.extras = false});
  EXPECT_THAT(made.columns, SizeIs(2));
  EXPECT_TRUE(made.claims.at(0).judged);
}

TEST(StudyTable, BeforeTheFirstResultItHasItsRows) {
  const auto study = course("seeds = 3", {kA, kB});
  const auto made = analyse(study, study.stand({}), {});
  EXPECT_FALSE(made.complete);
  EXPECT_THAT(made.rows, SizeIs(4));
  EXPECT_EQ(made.rows[0].missing, 3);
  EXPECT_FALSE(made.rows[0].value);
  EXPECT_EQ(made.runs, 0);
}

TEST(StudyTable, WithoutATestSetTheVerdictsAreOnValidation) {
  const auto made = table(course("seeds = 3\nmode = \"one_at_a_time\"", {kA}),
                          [&](std::span<const Trial> trials) {
                            auto results = run(listed(kListed))(trials);
                            for (auto& one : results) one.figures.erase("test.accuracy");
                            return results;
                          });
  EXPECT_EQ(made.column.key, "validation.accuracy");
  EXPECT_NEAR(made.rows[1].against_base->difference.mean, 1.0, 1e-9);
}

TEST(StudyTable, CurvesAreInPercentButThoseOfRegression) {
  const auto study = course("seeds = 2\nmode = \"one_at_a_time\"", {kA});
  const auto with = [&](bool regression) {
    return table(study, [&](std::span<const Trial> trials) {
      auto results = run(listed(kListed))(trials);
      for (auto& one : results) {
        one.epochs = {{.epoch = 1, .accuracy = 0.5}};
        if (regression) one.figures["validation.r2"] = 0.5;
      }
      return results;
    });
  };
  const auto classes = with(false);
  EXPECT_EQ(classes.curve.key, "validation.accuracy");
  EXPECT_DOUBLE_EQ(classes.rows[1].curve.at(0).accuracy, 50);
  const auto values = with(true);
  EXPECT_EQ(values.curve.key, "validation.r2");
  EXPECT_DOUBLE_EQ(values.rows[1].curve.at(0).accuracy, 0.5);
}

TEST(StudyTable, FurtherFiguresAreColumnsWithTheirOwnDifferences) {
  const auto study =
      course("seeds = 3\nmode = \"one_at_a_time\"\nfigures = [\"loss\", \"gap.loss\"]", {kA});
  const auto made = table(study, [&](std::span<const Trial> trials) {
    auto results = run(listed(kListed))(trials);
    for (auto& one : results)
      one.figures["test.loss"] = static_cast<double>(one.seed) * (one.label[0] == 'a' ? 1.25 : 1) +
                                 (one.label[0] == 'a' ? 1 : 0);
    return results;
  });
  ASSERT_THAT(made.columns, SizeIs(2));
  EXPECT_EQ(made.columns[0].key, "test.loss");
  EXPECT_FALSE(made.columns[0].higher_is_better);
  const auto& loss = made.rows[1].figures[0];
  EXPECT_NEAR(loss.mean->mean, 3.5, 1e-12);
  EXPECT_NEAR(loss.mean->deviation, 1.25, 1e-12);
  EXPECT_NEAR(loss.against_base->difference.mean, 1.5, 1e-12);
  EXPECT_EQ(loss.against_base->verdict, Verdict::worse);
  EXPECT_FALSE(made.rows[1].figures[1].mean);  // no run has it
}

TEST(StudyTable, TheIntervalOverImagesStandsBesideThatOverSeeds) {
  const auto study = course("seeds = 2\nmode = \"one_at_a_time\"", {kA});
  const auto with_images = [&](std::span<const Trial> trials) {
    auto results = run(listed(kListed))(trials);
    for (auto& one : results) {
      one.correct.assign(100, true);
      for (std::size_t i = 0; i < (one.label[0] == 'a' ? 10U : 20U); ++i) one.correct[i] = false;
    }
    return results;
  };
  const auto made = table(study, with_images);
  ASSERT_TRUE(made.rows[1].images);
  EXPECT_LT(made.rows[1].images->low, 10);
  EXPECT_GT(made.rows[1].images->high, 10);
  EXPECT_GT(made.rows[1].images->low, 0);
  EXPECT_LT(made.rows[1].images->high, 25);
  EXPECT_FALSE(table(study, with_images, {.extras = false}).rows[1].images);
}

TEST(StudyTable, UndecidedDifferencesSayWhatDecidingThemTakes) {
  const auto made = table(course("seeds = 3\nmode = \"one_at_a_time\"\nmargin = 0.1", {kA}),
                          run(listed({{0, {80, 81, 82}}, {1, {80.5, 80.4, 82.3}}})));
  ASSERT_THAT(made.undecided, SizeIs(1));
  EXPECT_EQ(made.undecided[0].difference, "a against base");
  EXPECT_DOUBLE_EQ(made.undecided[0].wanted, 0.1);
  EXPECT_GT(made.undecided[0].smallest_detectable, 1);
  EXPECT_GT(made.undecided[0].seeds, 100);
}

TEST(StudyTable, EqualRowsAreNoDifferentWithinTheMargin) {
  const auto made = table(course("seeds = 3\nmode = \"one_at_a_time\"", {kA}),
                          run(listed({{0, {80, 81, 82}}, {1, {80.01, 81.02, 82}}})));
  EXPECT_EQ(made.rows[1].against_base->verdict, Verdict::no_different);
  EXPECT_THAT(made.undecided, IsEmpty());
}

TEST(StudyTable, ResultsOfAnotherNumericsVersionAreCountedAndNamed) {
  const auto made = table(course("seeds = 3\nmode = \"one_at_a_time\"", {kA}), run(listed(kListed)),
                          {.older = {"a, seed 1", "a, seed 3", "other"}});
  EXPECT_EQ(made.rows[0].older, 0);
  EXPECT_EQ(made.rows[1].older, 2);
  EXPECT_THAT(made.notes, Contains(HasSubstr("another numerics version")));
}

TEST(StudyTable, WhatSharedStepsSavedIsAddedUp) {
  const auto study = course("seeds = 2\nmode = \"one_at_a_time\"", {kA});
  EXPECT_EQ(table(study, run(listed(kListed))).saved, "");
  const auto made = table(study, [&](std::span<const Trial> trials) {
    auto results = run(listed(kListed))(trials);
    for (auto& one : results)
      if (one.label[0] == 'a') {
        one.figures["saved.steps"] = 100;
        one.figures["saved.seconds"] = 30;
      }
    return results;
  });
  EXPECT_EQ(made.saved,
            "200 training steps were made once for several runs, which saved about 1:00.");
}

TEST(StudyTable, WithoutTuningItSaysSo) {
  const auto made =
      table(course("seeds = 2\nmode = \"one_at_a_time\"", {kA}), run(listed(kListed)));
  EXPECT_THAT(made.notes, Contains(HasSubstr("Nothing was tuned")));
  EXPECT_THAT(made.tuned, IsEmpty());
}

const std::string kClaims = R"([[claim]]
text = "b raises accuracy"
source = "Someone 1999"
row = "b"
expect = "higher"
[[claim]]
text = "b lowers accuracy"
row = "b"
expect = "lower"
[[claim]]
text = "a lowers the loss"
figure = "loss"
row = "a"
expect = "lower"
[[claim]]
text = "b has the loss of the base"
figure = "loss"
row = "b"
expect = "equal"
)";

TEST(StudyTable, ClaimsAreJudgedOnTheirOwnFiguresAndAmongThemselves) {
  const auto study = course("seeds = 3\nmode = \"one_at_a_time\"", {kA, kB, kClaims});
  const auto made = table(study, [&](std::span<const Trial> trials) {
    auto results = run(listed(kListed))(trials);
    for (auto& one : results) {
      // a: by 0, 1 and 2 lower; b: the same but for rounding
      const auto seed = static_cast<double>(one.seed);
      one.figures["test.loss"] = 10 * seed;
      if (one.label[0] == 'a') one.figures["test.loss"] -= seed - 1;
      if (one.label.starts_with("b,")) one.figures["test.loss"] += 1e-4 * seed;
    }
    return results;
  });
  ASSERT_THAT(made.claims, SizeIs(4));
  EXPECT_EQ(made.claims[0].outcome, "holds");
  EXPECT_EQ(made.claims[0].expected, "test accuracy higher: b than base");
  EXPECT_EQ(made.claims[0].source, "Someone 1999");
  EXPECT_NEAR(made.claims[0].judged->adjusted_p, 4 * made.claims[0].judged->difference.p, 1e-12);
  EXPECT_EQ(made.claims[1].outcome, "does not hold");
  EXPECT_EQ(made.claims[2].outcome, "undecided");
  EXPECT_EQ(made.claims[2].column.key, "test.loss");
  EXPECT_NEAR(made.claims[2].judged->difference.mean, -1, 1e-9);
  EXPECT_GT(made.claims[2].smallest_detectable, 0);
  EXPECT_EQ(made.claims[3].outcome, "holds");
  // The table's own differences are not adjusted for claims.
  EXPECT_EQ(made.comparisons, 2);
}

}  // namespace
}  // namespace temper::study
