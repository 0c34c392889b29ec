// Studies that are refused before anything runs.
#include "temper/study/definition/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/study/definition/studies.h"

namespace temper::study {
namespace {

using ::testing::HasSubstr;
using testing::kDecay;
using testing::kSmoothing;
using testing::kWide;
using testing::message_of;
using testing::refusal;
using testing::row;
using ::testing::StartsWith;
using testing::study;

/// Rows of one line each, with different widths.
std::string rows(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += row("row " + std::to_string(i), "set.model.width = " + std::to_string(24 + i));
  return text;
}

TEST(StudyRules, SeedsAreGivenOnceAndAreTwoOrMore) {
  EXPECT_THAT(refusal("", kDecay), StartsWith("s.toml: no seeds; give their number"));
  EXPECT_THAT(refusal("seeds = []", kDecay), StartsWith("s.toml:1:9: no seeds"));
  EXPECT_THAT(refusal("seeds = [1, 2, 1]", kDecay),
              StartsWith("s.toml:1:9: seed 1 is there twice"));
  EXPECT_THAT(refusal("seeds = 1", kDecay), StartsWith("s.toml:1:9: one seed; differences"));
  EXPECT_THAT(refusal("detect = 0.3\nseeds = 5", kDecay),
              StartsWith("s.toml:2:9: seeds and detect are both given"));
  EXPECT_EQ(refusal("detect = 0.3\npilot = 4", kDecay), "(not refused)");
  EXPECT_EQ(refusal("seeds = 5\npilot = 4", kDecay),
            "s.toml:2:9: pilot has no effect without detect; leave it out");
}

TEST(StudyRules, SeedsLeaveRoomForThoseThatFollow) {
  EXPECT_THAT(refusal("seeds = [1, 9223372036854775807]", kDecay),
              HasSubstr("expected a number in [0, 1e+18]"));
  const auto largest = study("seeds = [1, 1000000000000000000]", kDecay);
  EXPECT_EQ(seeds_of(largest, 3).back(), 1000000000000000001);
  EXPECT_EQ(tuning_seeds(largest).front(), 1000000000001000001);
}

TEST(StudyRules, NoRowLengthOrTuningSetsTheSeed) {
  EXPECT_THAT(refusal("seeds = 2", row("a", "set.seed = 7")),
              StartsWith("s.toml:7:12: row 1 'a': it sets seed, which is each of the study's seeds "
                         "in turn; leave it out here, and name the seeds with seeds"));
  EXPECT_THAT(refusal("seeds = 2\nmode = \"one_at_a_time\"", row("a", "values.seed = [7, 8]")),
              HasSubstr("row 1 'a 7': it sets seed, which"));
  EXPECT_THAT(refusal("seeds = 2", kDecay + "[[length]]\nname = \"long\"\nset.seed = 7\n"),
              HasSubstr("length 1 'long': it sets seed, which"));
  EXPECT_THAT(refusal("seeds = 2\ntune = [\"seed\"]", kDecay),
              StartsWith("s.toml:2:8: tune names seed, which"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "tune = [\"seed\"]")),
              HasSubstr("row 1 'a': tune names seed, which"));
}

TEST(StudyRules, PowerIsMoreThanTheLevelOfTheTest) {
  EXPECT_THAT(refusal("seeds = 4\nlevel = 0.5\npower = 0.5", kDecay),
              StartsWith("s.toml:3:9: power is 0.5"));
  EXPECT_EQ(refusal("seeds = 4\nlevel = 0.6\npower = 0.5", kDecay), "(not refused)");
}

TEST(StudyRules, LooksAreForAFixedNumberOfSeedsAndForRows) {
  EXPECT_EQ(refusal("seeds = 8\nlooks = 4", kDecay), "(not refused)");
  EXPECT_THAT(refusal("detect = 0.3\nlooks = 4", kDecay),
              StartsWith("s.toml:2:9: looks and detect are both given"));
  EXPECT_THAT(refusal("seeds = 8\nlooks = 4\nmode = \"one_at_a_time\"",
                      kDecay + "[[claim]]\ntext = \"Decay helps\"\nrow = \"decay\"\n"),
              StartsWith("s.toml:2:9: looks are for the rows' differences"));
}

TEST(StudyRules, TheMetricExistsAndIsMeasuredOnBothSets) {
  EXPECT_EQ(refusal("seeds = 2\nmetric = \"acuracy\"", kDecay),
            "s.toml:2:10: there is no figure \"acuracy\": did you mean 'accuracy'?");
  EXPECT_THAT(refusal("seeds = 2\nmetric = \"gap.loss\"", kDecay),
              HasSubstr("not measured on the validation and on the test set"));
  EXPECT_THAT(refusal("seeds = 2\nmetric = \"test.accuracy\"", kDecay),
              HasSubstr("rows rank on the validation set"));
  EXPECT_THAT(refusal("seeds = 2\nmetric = \"loss\"", kDecay),
              HasSubstr("metric is loss, for which margin has no default"));
  EXPECT_EQ(refusal("seeds = 2\nmetric = \"loss\"\nmargin = 0.01", kDecay), "(not refused)");
  EXPECT_THAT(refusal("seeds = 2\nfigures = [\"loss\", \"seconds\", \"los\"]", kDecay),
              StartsWith("s.toml:2:11: there is no figure \"los\": did you mean 'loss'?"));
  EXPECT_THAT(refusal("seeds = 2\nfigures = [\"validation.seconds\"]", kDecay),
              HasSubstr("there is no figure \"validation.seconds\" of the validation set"));
  EXPECT_THAT(refusal("seeds = 2\nfigures = [\"loss\", \"loss\"]", kDecay),
              HasSubstr("the figure loss is there twice"));
}

TEST(StudyRules, AFigureIsThereOnceWhateverItsSpelling) {
  EXPECT_EQ(refusal("seeds = 2\nfigures = [\"loss\", \"seconds\", \"test.loss\"]", kDecay),
            "s.toml:2:11: the figures loss and test.loss are the same column: keep one");
  EXPECT_THAT(refusal("seeds = 2\nfigures = [\"test.brier\", \"brier\"]", kDecay),
              HasSubstr("the figures test.brier and brier are the same column"));
  EXPECT_EQ(refusal("seeds = 2\nfigures = [\"loss\", \"validation.loss\"]", kDecay),
            "(not refused)");
}

TEST(StudyRules, FiguresAreThoseOfTheTargets) {
  const auto refused = [](const std::string& keys, bool regression) {
    return message_of([&] { (void)for_targets(study(keys, kDecay), regression); });
  };
  EXPECT_EQ(for_targets(study("seeds = 2", kDecay), false).metric, "accuracy");
  EXPECT_EQ(for_targets(study("seeds = 2\nmargin = 0.01", kDecay), true).metric, "r2");
  EXPECT_THAT(refused("seeds = 2", true),
              HasSubstr("metric is r2, for which margin has no default"));
  EXPECT_THAT(refused("seeds = 2\nmetric = \"brier\"\nmargin = 0.1", true),
              StartsWith("s.toml:2:10: the figure brier is not measured of regression targets"));
  EXPECT_THAT(refused("seeds = 2\nfigures = [\"loss\", \"rmse\"]", false),
              StartsWith("s.toml:2:11: the figure rmse is not measured of classes"));
  EXPECT_EQ(refused("seeds = 2\nfigures = [\"loss\", \"test.accuracy\"]", false), "(not refused)");
}

TEST(StudyRules, MarginAndDetectAreInRange) {
  EXPECT_THAT(refusal("seeds = 2\nmargin = 0", kDecay), StartsWith("s.toml:2:10: margin is 0;"));
  EXPECT_THAT(refusal("seeds = 2\nmargin = 100", kDecay),
              StartsWith("s.toml:2:10: margin is 100 percentage points; expected less than 100"));
  EXPECT_THAT(refusal("detect = -1", kDecay), StartsWith("s.toml:1:10: detect is -1;"));
  EXPECT_THAT(refusal("detect = 150", kDecay), HasSubstr("detect is 150 percentage points"));
  EXPECT_THAT(refusal("seeds = 2\nlevel = 1.5", kDecay), StartsWith("s.toml:2:9: level is 1.5;"));
  EXPECT_THAT(refusal("seeds = 2\nbudget = \"soon\"", kDecay), StartsWith("s.toml:2:10: budget"));
  EXPECT_EQ(study("seeds = 2\nbudget = \"2h\"", kDecay).budget_seconds, 7200);
}

TEST(StudyRules, RowsHaveNamesOfTheirOwnAndChanges) {
  EXPECT_THAT(refusal("seeds = 2", ""), StartsWith("s.toml: no rows; add the changes to compare"));
  EXPECT_THAT(refusal("seeds = 2", kDecay + kDecay),
              StartsWith("s.toml:8:1: row 2 'decay': another row has this name"));
  EXPECT_THAT(refusal("seeds = 2", row("base", "set.model.width = 24")),
              HasSubstr("row 1 'base': the base has this name"));
  EXPECT_EQ(refusal("seeds = 2\nbase_name = \"plain\"", row("base", "set.model.width = 24")),
            "(not refused)");
  EXPECT_THAT(refusal("seeds = 2", "[[row]]\nset.model.width = 24\n"),
              StartsWith("s.toml:5:1: row 1: it has no name"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "")), HasSubstr("row 1 'a': it sets nothing"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "values.model.width = [8, 24]")),
              HasSubstr("values are for the modes grid, random and one_at_a_time, not for "
                        "additive"));
  EXPECT_THAT(refusal("mode = \"grid\"\nseeds = 2",
                      row("a", "set.model.width = 8\nvalues.model.width = [24]")),
              HasSubstr("it has both set and values"));
  EXPECT_THAT(refusal("mode = \"grid\"\nseeds = 2", row("a", "values.model.width = 24")),
              HasSubstr("values.model.width is no list of values"));
}

TEST(StudyRules, ModesHaveTheRowsThatTheyNeed) {
  EXPECT_THAT(refusal("seeds = 2\nmode = \"orders\"", rows(7)),
              StartsWith("s.toml:2:8: 7 rows, so 128 subsets; mode = \"orders\" takes at most 6"));
  EXPECT_EQ(refusal("seeds = 2\nmode = \"orders\"", kDecay + kSmoothing), "(not refused)");
  EXPECT_THAT(refusal("seeds = 2\nmode = \"leave_one_out\"", kDecay),
              HasSubstr("one row; mode = \"leave_one_out\" needs two or more"));
  EXPECT_THAT(refusal("seeds = 2\nmode = \"grid\"", rows(10)),
              HasSubstr("the grid has 1024 combinations; expected at most 1000"));
  EXPECT_THAT(refusal("seeds = 2\ncombinations = 3", kDecay),
              HasSubstr("combinations has no effect without mode = \"random\""));
}

TEST(StudyRules, ATagOfASumOrOfTwoByTwoHasRows) {
  EXPECT_EQ(refusal("seeds = 2\nsums = [\"training\"]", kSmoothing + kWide),
            "s.toml:2:8: sums has training, but no row has that tag; add tag = \"training\" to "
            "rows, or leave it out");
  EXPECT_EQ(refusal("seeds = 2\nsums = [\"regularization\"]", kSmoothing + kWide), "(not refused)");
  EXPECT_THAT(refusal("seeds = 2\nmode = \"two_by_two\"", kSmoothing),
              StartsWith("s.toml:2:8: no row has the tag architecture"));
  EXPECT_THAT(refusal("seeds = 2\nmode = \"two_by_two\"", kWide),
              StartsWith("s.toml:2:8: no row has one of the tags training and regularization"));
  EXPECT_THAT(refusal("seeds = 2\nmode = \"two_by_two\"", kWide + kDecay),
              HasSubstr("row 2 'decay': it has no tag"));
  EXPECT_EQ(refusal("seeds = 2\nmode = \"two_by_two\"", kWide + kSmoothing), "(not refused)");
}

TEST(StudyRules, ARowExtendsOneAboveIt) {
  const std::string keys = "mode = \"one_at_a_time\"\nseeds = 2";
  const auto plus = [](const std::string& extends) {
    return row("plus", "extends = \"" + extends + "\"\nset.model.width = 24");
  };
  EXPECT_EQ(refusal(keys, kDecay + plus("decay")), "(not refused)");
  EXPECT_THAT(refusal(keys, kDecay + plus("decai")),
              HasSubstr("extends names the row \"decai\", which there is not: did you mean "
                        "'decay'?"));
  EXPECT_THAT(refusal(keys, plus("decay") + kDecay),
              HasSubstr("row 1 'plus': extends names \"decay\"; expected a row above this one"));
  EXPECT_THAT(refusal("seeds = 2", kDecay + plus("decay")),
              HasSubstr("extends is for mode = \"one_at_a_time\", not for additive"));
}

TEST(StudyRules, LengthsNameRows) {
  const std::string keys = "mode = \"one_at_a_time\"\nseeds = 2";
  const auto length = [](const std::string& rest) { return kDecay + "[[length]]\n" + rest; };
  EXPECT_EQ(refusal(keys, length("name = \"long\"\nset.epochs = 4\n")), "(not refused)");
  EXPECT_THAT(refusal(keys, length("set.epochs = 4\n")), HasSubstr("length 1 needs a name"));
  EXPECT_THAT(refusal(keys, length("name = \"long\"\n")),
              HasSubstr("length 1 'long' sets nothing"));
  EXPECT_THAT(refusal(keys, length("name = \"long\"\nset.epochs = 4\nrows = [\"decal\"]\n")),
              HasSubstr("length 1 names the row \"decal\", which there is not: did you mean"));
  EXPECT_THAT(refusal("mode = \"grid\"\nseeds = 2",
                      length("name = \"long\"\nset.epochs = 4\nrows = [\"decay\"]\n")),
              HasSubstr("which mode = \"grid\" does not train by themselves"));
}

TEST(StudyRules, ClaimsAreOfKnownRowsAndFigures) {
  const std::string keys = "mode = \"one_at_a_time\"\nseeds = 2";
  const auto claim = [&](const std::string& rest) {
    return refusal(keys, kDecay + kWide + "[[claim]]\ntext = \"It helps\"\n" + rest);
  };
  EXPECT_EQ(claim("row = \"decay\"\nthan = \"wide\"\nfigure = \"gap.loss\"\nexpect = \"lower\"\n"),
            "(not refused)");
  EXPECT_THAT(claim("row = \"dekay\"\n"), HasSubstr("did you mean 'decay'?"));
  EXPECT_THAT(claim(""), HasSubstr("claim 1 'It helps' names no row"));
  EXPECT_THAT(claim("row = \"base\"\n"), HasSubstr("claim 1 compares base with itself"));
  EXPECT_THAT(claim("row = \"decay\"\nfigure = \"gap\"\n"),
              HasSubstr("claim 1: there is no figure \"gap\""));
  EXPECT_THAT(claim("row = \"decay\"\nexpects = \"lower\"\n"),
              HasSubstr("claim 1 'It helps': unknown key 'expects': did you mean 'expect'?"));
  EXPECT_THAT(refusal("mode = \"grid\"\nseeds = 2",
                      kDecay + "[[claim]]\ntext = \"It helps\"\nrow = \"decay\"\n"),
              HasSubstr("which mode = \"grid\" does not compare"));
}

TEST(StudyRules, TuningIsGivenWhereItHasAnEffect) {
  EXPECT_THAT(refusal("seeds = 2\ntune_seeds = 3", kDecay),
              HasSubstr("tune_seeds has no effect without tune"));
  EXPECT_THAT(refusal("seeds = 2\ntune = [\"optimizer.lr\"]\ntune_grid.optimizer.momentum = [0, 1]",
                      kDecay),
              StartsWith("s.toml:3:"));
  EXPECT_THAT(refusal("seeds = 2\ntune = [\"optimizer.lr\", \"optimizer.lr\"]", kDecay),
              HasSubstr("tune names optimizer.lr twice"));
  EXPECT_THAT(refusal("seeds = 2\ntune = [\"optimizer.lr\"]",
                      row("a", "tune = [\"optimizer.lr\"]\nset.model.width = 24")),
              HasSubstr("row 1 'a': tune names optimizer.lr, which is tuned in every row"));
  EXPECT_THAT(refusal("seeds = 2\nsensitivity = 50", kDecay),
              HasSubstr("sensitivity has no effect without the figure sensitivity.mean"));
  EXPECT_EQ(refusal("seeds = 2\nsensitivity = 50\nfigures = [\"test.sensitivity.mean\"]", kDecay),
            "(not refused)");
  EXPECT_THAT(refusal("seeds = 2\nattack_radius = 0.1", kDecay),
              HasSubstr("attack_radius has no effect without one of the figures fgsm.accuracy"));
  EXPECT_THAT(refusal("seeds = 2\nfigures = [\"fgsm.accuracy\"]\nattack_steps = 3", kDecay),
              HasSubstr("attack_steps has no effect without the figure pgd.accuracy"));
  EXPECT_EQ(refusal("seeds = 2\nfigures = [\"pgd.accuracy\"]\nattack_steps = 3\n"
                    "attack_images = 50\nattack_radius = 0.05",
                    kDecay),
            "(not refused)");
  EXPECT_THAT(
      refusal("seeds = 2\nfigures = [\"clusters.training.ratio\"]\nclusters = [\"a\", \"b\"]",
              kDecay),
      HasSubstr("clusters needs the names of three classes"));
}

}  // namespace
}  // namespace temper::study
