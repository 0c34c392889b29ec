#include "temper/study/definition/arms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "temper/study/definition/check.h"
#include "temper/study/definition/comparisons.h"
#include "tests/study/definition/studies.h"

namespace temper::study {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDecay;
using testing::kSmoothing;
using testing::kWide;
using testing::message_of;
using testing::refusal;
using testing::row;
using ::testing::StartsWith;
using testing::study;

const std::string kThree = kDecay + kSmoothing + kWide;

std::vector<std::string> names(const std::vector<Arm>& arms) {
  std::vector<std::string> found;
  for (const auto& arm : arms) found.push_back(arm.name);
  return found;
}

/// "against base: decay - base".
std::vector<std::string> shown(const Study& study, const std::vector<Arm>& arms) {
  std::vector<std::string> found;
  for (const auto& one : comparisons(study, arms))
    found.push_back(std::string(name_of(one.kind)) + ": " + one.name);
  return found;
}

std::string fact(const recipe::Recipe& recipe, std::string_view path) {
  for (const auto& one : recipe::facts(recipe))
    if (one.path == path) return one.value;
  return "none";
}

TEST(Arms, AdditiveKeepsTheRowsAboveAndLeavesOneOutBeside) {
  const auto made = study("seeds = 2", kThree);
  const auto all = arms(made);
  EXPECT_THAT(names(all), ElementsAre("base", "decay", "smoothing", "wide", "without decay",
                                      "without smoothing"))
      << "without wide is the arm of smoothing";
  EXPECT_THAT(all[2].rows, ElementsAre(0, 1));
  EXPECT_EQ(fact(all[2].recipe, "optimizer.weight_decay"), "0.0005");
  EXPECT_EQ(fact(all[2].recipe, "model.width"), "0");
  EXPECT_EQ(fact(all[3].recipe, "model.width"), "24");
  EXPECT_THAT(shown(made, all),
              ElementsAre("against base: decay - base", "against before: decay - base",
                          "left out: wide - without decay", "against base: smoothing - base",
                          "against before: smoothing - decay", "left out: wide - without smoothing",
                          "against base: wide - base", "against before: wide - smoothing",
                          "left out: wide - smoothing"));
}

TEST(Arms, LeaveOneOutStartsFromAllRows) {
  const auto made = study("seeds = 2\nmode = \"leave_one_out\"", kThree);
  const auto all = arms(made);
  EXPECT_THAT(names(all), ElementsAre("base", "all rows", "without decay", "without smoothing",
                                      "without wide"));
  EXPECT_THAT(
      shown(made, all),
      ElementsAre("left out: all rows - without decay", "left out: all rows - without smoothing",
                  "left out: all rows - without wide", "against base: all rows - base"));
}

TEST(Arms, OneAtATimeComparesARowWithWhatItExtends) {
  const auto made =
      study("seeds = 2\nmode = \"one_at_a_time\"",
            kDecay + kWide + row("both", "extends = \"wide\"\nset.optimizer.momentum = 0.5"));
  const auto all = arms(made);
  EXPECT_THAT(names(all), ElementsAre("base", "decay", "wide", "both"));
  EXPECT_THAT(all[3].rows, ElementsAre(1, 2));
  EXPECT_EQ(fact(all[3].recipe, "optimizer.weight_decay"),
            fact(all[0].recipe, "optimizer.weight_decay"));
  EXPECT_THAT(shown(made, all),
              ElementsAre("against base: decay - base", "against base: wide - base",
                          "against base: both - base", "against before: both - wide"));
}

TEST(Arms, AGridHasEveryCombinationOfValues) {
  const auto made =
      study("seeds = 2\nmode = \"grid\"", "[[row]]\nvalues.model.width = [8, 24]\n" + kDecay);
  const auto all = arms(made);
  EXPECT_THAT(names(all), ElementsAre("base", "width 8", "width 24", "decay", "width 8 + decay",
                                      "width 24 + decay"));
  EXPECT_EQ(comparisons(made, all).size(), 5U);
}

TEST(Arms, RandomDrawsSomeCombinationsOfTheGrid) {
  std::string rows;
  for (int i = 0; i < 8; ++i)
    rows += "[[row]]\nvalues.model.layers = [[1, 1, " + std::to_string(i + 1) + "]]\n";
  const auto made = study("seeds = 2\nmode = \"random\"\ncombinations = 12", rows);
  const auto all = arms(made);
  EXPECT_EQ(all.size(), 13U);
  std::set<std::vector<std::size_t>> different;
  for (const auto& arm : all) different.insert(arm.rows);
  EXPECT_EQ(different.size(), 13U);
  EXPECT_EQ(names(arms(made)), names(all)) << "the same on every machine";
  EXPECT_EQ(arms(study("seeds = 2\nmode = \"random\"", kThree)).size(), 8U)
      << "all, where there are fewer";
}

TEST(Arms, OrdersHasEverySubsetAtItsNumber) {
  const auto made = study("seeds = 2\nmode = \"orders\"", kThree);
  const auto all = arms(made);
  ASSERT_EQ(all.size(), 8U);
  EXPECT_THAT(all[0].rows, IsEmpty());
  EXPECT_THAT(all[5].rows, ElementsAre(0, 2));
  EXPECT_THAT(all[7].rows, ElementsAre(0, 1, 2));
  EXPECT_EQ(comparisons(made, all).size(), 7U) << "each alone, each left out, and all";
}

TEST(Arms, TwoByTwoCrossesArchitectureWithTheRest) {
  const auto made = study(
      "seeds = 2\nmode = \"two_by_two\"",
      row("decay", "tag = \"training\"\nset.optimizer.weight_decay = 5e-4") + kWide + kSmoothing);
  const auto all = arms(made);
  EXPECT_THAT(names(all), ElementsAre("base", "new architecture", "new training", "both"));
  EXPECT_THAT(all[1].rows, ElementsAre(1));
  EXPECT_THAT(all[2].rows, ElementsAre(0, 2));
  EXPECT_THAT(shown(made, all),
              ElementsAre("against base: new architecture - base",
                          "against base: new training - base", "against base: both - base",
                          "left out: both - new architecture", "left out: both - new training"));
}

TEST(Arms, AllSeedsHaveOneValidationSplitUnlessItIsRedrawn) {
  EXPECT_EQ(arms(study("seeds = 2", kDecay))[1].recipe.data.split_seed.value, 1);
  EXPECT_FALSE(
      arms(study("seeds = 2\nsplits = \"redrawn\"", kDecay))[1].recipe.data.split_seed.value);
  EXPECT_EQ(
      arms(study("seeds = 2", kDecay, {"base.data.split_seed=9"}))[1].recipe.data.split_seed.value,
      9);
}

TEST(Arms, AnotherLengthHasTheBaseAndTheNamedRows) {
  const auto made = study("seeds = 2\nmode = \"one_at_a_time\"",
                          kDecay + kWide +
                              "[[length]]\nname = \"4 epochs\"\nset.epochs = 4\nrows = [\"wide\"]\n"
                              "[[claim]]\ntext = \"Wide is better\"\nrow = \"wide\"\n"
                              "[[claim]]\ntext = \"Decay is better\"\nrow = \"decay\"\n");
  const auto all = arms(made);
  EXPECT_THAT(names(all), ElementsAre("base", "decay", "wide", "base, 4 epochs", "wide, 4 epochs"));
  EXPECT_EQ(all[3].recipe.epochs, 4);
  EXPECT_EQ(all[4].length, 0U);
  EXPECT_EQ(arm_of(made, all, "wide", 0), 4U);
  EXPECT_EQ(arm_of(made, all, "decay", 0), std::nullopt);
  EXPECT_THAT(
      shown(made, all),
      ElementsAre("against base: decay - base", "against base: wide - base", "claim: wide - base",
                  "claim: decay - base", "against base: wide, 4 epochs - base, 4 epochs",
                  "claim: wide, 4 epochs - base, 4 epochs"));
}

const std::string kStudent =
    row("student", "set.model.width = 8\nset.distillation = { from = \"row:wide\" }");

TEST(Arms, ATeacherIsTheArmOfItsRow) {
  const std::string keys = "seeds = 2\nmode = \"one_at_a_time\"";
  const auto all = arms(study(keys, kWide + kStudent));
  EXPECT_EQ(all[2].teacher, 1U);
  EXPECT_EQ(all[1].teacher, std::nullopt);
  const auto of_base =
      arms(study(keys, row("student", "set.distillation = { from = \"row:base\" }")));
  EXPECT_EQ(of_base[1].teacher, 0U);
  EXPECT_THAT(refusal(keys, kDecay + kStudent),
              HasSubstr("distillation.from names the row \"wide\", which there is not"));
  EXPECT_THAT(refusal("seeds = 2\nmode = \"leave_one_out\"", kWide + kStudent + kDecay),
              HasSubstr("which mode = \"leave_one_out\" does not train by itself"));
}

TEST(Arms, RowsThatDifferInTheirTeachersAreDifferent) {
  const auto taught = [](const std::string& by) {
    return row("student of " + by,
               "set.model.width = 8\nset.distillation = { from = \"row:" + by + "\" }");
  };
  const auto made = study("seeds = 2\nmode = \"one_at_a_time\"",
                          kDecay + kWide + taught("decay") + taught("wide"));
  const auto all = arms(made);
  EXPECT_FALSE(same_results(all[3], all[4]));
  EXPECT_TRUE(same_results(all[3], all[3]));
}

TEST(Arms, RowsThatDifferInTheirWeightsAreDifferent) {
  const auto from = [](const std::string& run) {
    return row("from " + run, "set.pretrained = { from = \"runs/" + run + "\" }");
  };
  const auto all = arms(study("seeds = 2\nmode = \"one_at_a_time\"", from("a") + from("b")));
  EXPECT_FALSE(same_results(all[1], all[2]));
}

TEST(Arms, TeachersInACircleAreRefused) {
  const auto taught = [](const std::string& name, const std::string& by, int width) {
    return row(name, "set.model.width = " + std::to_string(width) +
                         "\nset.distillation = { from = \"row:" + by + "\" }");
  };
  const std::string keys = "seeds = 2\nmode = \"one_at_a_time\"";
  EXPECT_THAT(refusal(keys, taught("a", "b", 8) + taught("b", "a", 24)),
              HasSubstr("teachers in a circle: 'a' is taught by 'b', which is taught by 'a'"));
  EXPECT_THAT(refusal(keys, taught("a", "a", 8)), HasSubstr("teachers in a circle"));
  EXPECT_THAT(refusal("seeds = 2", taught("a", "base", 8) + kDecay), "(not refused)");
}

TEST(Arms, FromAStepOnTheRunIsThatWithoutTheRow) {
  const auto made =
      study("seeds = 2", row("late", "from_step = 50\nset.optimizer.lr = 0.01") + kSmoothing);
  const auto all = arms(made);
  ASSERT_EQ(all[1].before.size(), 1U);
  EXPECT_EQ(all[1].before[0].until_step, 50);
  EXPECT_EQ(fact(all[1].before[0].recipe, "optimizer.lr"), "0.1");
  EXPECT_EQ(fact(all[1].recipe, "optimizer.lr"), "0.01");
  EXPECT_THAT(all[0].before, IsEmpty());
  EXPECT_EQ(fact(all[2].before[0].recipe, "loss.label_smoothing"), "true")
      << "the other rows apply from the start";
}

TEST(CheckArms, ARowThatCantBeIsNamed) {
  EXPECT_THAT(refusal("seeds = 2", kThree + row("plus", "set.optimizer.momentun = 0.5")),
              StartsWith("s.toml:18:15: row 4 'plus': unknown key 'optimizer.momentun' of sgd: did "
                         "you mean 'momentum'?"));
  EXPECT_THAT(refusal("seeds = 2", kDecay + row("fast", "set.optimizer.lr = -1")),
              HasSubstr("row 2 'fast': optimizer.lr is -1; expected >= 0"));
  EXPECT_THAT(
      refusal("seeds = 2\nmode = \"leave_one_out\"", row("adam", "set.optimizer.kind = \"adamw\"") +
                                                         row("beta", "set.optimizer.beta1 = 0.8")),
      HasSubstr("the arm 'without adam': unknown key 'optimizer.beta1'"));
}

TEST(CheckArms, ARowThatChangesNothingIsRefused) {
  EXPECT_THAT(refusal("seeds = 2", kDecay + row("same", "set.optimizer.lr = 0.1")),
              StartsWith("s.toml:8:1: row 2 'same': it changes nothing that affects results: with "
                         "it the recipe is that of 'decay'"));
  EXPECT_THAT(
      refusal("seeds = 2\nmode = \"one_at_a_time\"", kDecay + row("threads", "set.threads = 1")),
      HasSubstr("row 2 'threads': it changes nothing that affects results: with it the "
                "recipe is that of 'base'"));
  EXPECT_THAT(refusal("seeds = 2\nmode = \"orders\"", kDecay + row("same", "set.epochs = 2")),
              HasSubstr("row 2 'same': it changes nothing"));
}

TEST(CheckArms, ARowMayTuneWhatTheOneThatItExtendsHas) {
  const std::string keys = "seeds = 2\nmode = \"one_at_a_time\"";
  const std::string tuned =
      "extends = \"decay\"\ntune = [\"optimizer.weight_decay\"]\n"
      "tune_grid.optimizer.weight_decay = [1e-4, 5e-4, 1e-3]";
  EXPECT_EQ(refusal(keys, kDecay + row("tuned", tuned)), "(not refused)");
  EXPECT_EQ(refusal(keys, kDecay + row("tuned", tuned) +
                              "[[claim]]\ntext = \"Tuning helps\"\nrow = \"tuned\"\n"),
            "(not refused)");
  EXPECT_THAT(refusal(keys, kDecay + row("tuned", tuned) +
                                row("again",
                                    "extends = \"tuned\"\n"
                                    "set.optimizer.lr = 0.1")),
              HasSubstr("row 3 'again': it changes nothing"));
}

TEST(CheckArms, OtherDataInARowIsRefused) {
  const std::string keys = "seeds = 2\nmode = \"one_at_a_time\"";
  EXPECT_THAT(refusal(keys, row("pics", "set.data.source = \"pics\"")),
              AllOf(StartsWith("s.toml:8:"),
                    HasSubstr("row 1 'pics': it sets data.source, so that the data is \"pics\" in "
                              "place of \"fashion-mnist\"; all rows of a study are trained and "
                              "tested on the same data: leave it out here")));
  EXPECT_THAT(refusal(keys, kWide + row("more",
                                        "set.optimizer.momentum = 0.5\n"
                                        "set.data.source = \"pics\"")),
              HasSubstr("row 2 'more': it sets data.source"));
  EXPECT_THAT(refusal("seeds = 2\nmode = \"leave_one_out\"",
                      kWide + row("several",
                                  "set.data.sources = [{ source = \"a\" }, { source = \"b\" }]")),
              HasSubstr("row 2 'several': it sets data.sources, so that the data is \"a\" and "
                        "\"b\" in place of \"fashion-mnist\""));
  EXPECT_EQ(refusal(keys, row("weights", "set.data.sources.1.weight = 3"),
                    {"base.data.sources=[{ source = \"a\" }, { source = \"b\" }]"}),
            "(not refused)");
}

TEST(CheckArms, AFromStepChangesWhatARunningTrainingCan) {
  EXPECT_THAT(refusal("seeds = 2", row("wide", "from_step = 5\nset.model.width = 24")),
              HasSubstr("row 1 'wide': it changes model.width from step 5 on"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "from_step = 5\nset.pretrained.from = \"weights\"")),
              HasSubstr("it changes pretrained"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "from_step = 5\nset.optimizer.kind = \"adamw\"")),
              HasSubstr("it changes optimizer.kind from step 5 on"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "from_step = 50\nset.optimizer.lr = 0.2"),
                      {"base.epochs=0", "base.steps=40"}),
              HasSubstr("from_step is 50, but the run has at most 40 steps"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "from_step = 5\nset.optimizer.lr = 0.2"),
                      {"base.early_stopping={ patience = 2 }"}),
              HasSubstr("row 1 'a': from_step is 5, but early_stopping may end the run before"));
}

TEST(CheckArms, AFromStepIsBeforeTheEndOfARunInEpochs) {
  const auto late = study("seeds = 2", row("late", "from_step = 50\nset.optimizer.lr = 0.2"));
  const auto refused_at = [&](std::int64_t steps) {
    return message_of([&] { check_beginnings(late, [=](const auto&) { return steps; }); });
  };
  EXPECT_EQ(refused_at(51), "(not refused)");
  EXPECT_THAT(refused_at(50),
              HasSubstr("row 1 'late': from_step is 50, but the run has at most 50 steps"));
}

TEST(CheckArms, RedrawnSplitsHaveNoSeedOfTheirOwn) {
  const std::string keys = "seeds = 2\nmode = \"one_at_a_time\"\nsplits = \"redrawn\"";
  EXPECT_THAT(
      refusal(keys, kDecay, {"base.data.split_seed=9"}),
      HasSubstr("data.split_seed is 9 in 'base', so that all seeds have the same validation "
                "images, but splits = \"redrawn\" is to give each seed its own; leave "
                "data.split_seed out, or write splits = \"shared\""));
  EXPECT_THAT(refusal(keys, kDecay + row("split", "set.data.split_seed = 3")),
              HasSubstr("data.split_seed is 3 in 'split'"));
  EXPECT_THAT(refusal(keys, kDecay + row("split", "set.data.split_seed = 3")),
              StartsWith("s.toml:12:"));
  EXPECT_THAT(refusal(keys, kDecay + "[[length]]\nname = \"long\"\nset.epochs = 4\n"
                                     "set.data.split_seed = 3\n"),
              HasSubstr("data.split_seed is 3 in 'base, long'"));
  EXPECT_EQ(refusal(keys, kDecay, {"base.data.split_seed=auto"}), "(not refused)");
}

TEST(CheckArms, ATeacherStaysTheSameFromAStepOn) {
  const std::string keys = "seeds = 2\nmode = \"one_at_a_time\"";
  const auto late = [](const std::string& set) {
    return kWide + kStudent + row("late", "extends = \"student\"\nfrom_step = 5\n" + set);
  };
  const auto all = arms(study(keys, late("set.optimizer.lr = 0.01")));
  EXPECT_EQ(all[3].teacher, 1U);
  ASSERT_EQ(all[3].before.size(), 1U);
  EXPECT_EQ(teacher_row(all[3].before[0].recipe), "wide");
  EXPECT_EQ(teacher_row(all[3].recipe), "wide");
  EXPECT_THAT(refusal(keys, late("set.distillation.from = \"row:base\"")),
              HasSubstr("row 3 'late': it changes distillation.from at step 5, up to which the row "
                        "\"wide\" teaches; a run can learn from one row only"));
  EXPECT_THAT(refusal(keys, late("set.distillation = false")),
              HasSubstr("it changes distillation.from at step 5"));
  EXPECT_EQ(refusal(keys, kWide + row("late",
                                      "from_step = 5\n"
                                      "set.distillation = { from = \"row:wide\" }")),
            "(not refused)");
}

TEST(CheckArms, AClaimComparesDifferentRecipes) {
  EXPECT_THAT(
      refusal("seeds = 2\nmode = \"one_at_a_time\"",
              kWide + kDecay + row("decay again", "set.optimizer.weight_decay = 5e-4") +
                  "[[claim]]\ntext = \"It helps\"\nrow = \"decay\"\nthan = \"decay again\"\n"),
      HasSubstr("claim 1 'It helps': its two rows have the same recipe"));
}

}  // namespace
}  // namespace temper::study
