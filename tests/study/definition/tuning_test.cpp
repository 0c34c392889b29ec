#include "temper/study/definition/tuning.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "temper/study/definition/fixed.h"
#include "temper/study/definition/read.h"
#include "tests/study/definition/studies.h"

namespace temper::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDecay;
using ::testing::Pair;
using testing::refusal;
using testing::row;
using ::testing::StartsWith;
using testing::study;

const std::string kCosine =
    row("cosine", "set.optimizer.lr = { schedule = \"cosine\", peak = 0.4 }");

TEST(TuningAxes, LieAroundTheValueOfTheArm) {
  const auto made = study("seeds = 2\ntune = [\"optimizer.lr\"]", kCosine);
  const auto all = arms(made);
  const auto base = tuning_axes(made, all[0]);
  ASSERT_EQ(base.size(), 1U);
  EXPECT_EQ(base[0].path, "optimizer.lr");
  EXPECT_THAT(base[0].values, ElementsAre(0.05, 0.1, 0.2));
  EXPECT_TRUE(base[0].geometric);
  const auto scheduled = tuning_axes(made, all[1]);
  EXPECT_EQ(scheduled[0].path, "optimizer.lr.peak");
  EXPECT_THAT(scheduled[0].values, ElementsAre(0.2, 0.4, 0.8));
  EXPECT_EQ(scheduled[0].bounds.low, 0) << "the range of the option";
  EXPECT_THAT(tuning_axes(study("seeds = 2", kDecay), all[0]), IsEmpty());
}

TEST(TuningAxes, HaveTheFactorAndCountOfTheStudy) {
  const auto made =
      study("seeds = 2\ntune = [\"optimizer.lr\"]\ntune_factor = 10\ntune_count = 5", kDecay);
  EXPECT_THAT(tuning_axes(made, arms(made)[0])[0].values, ElementsAre(0.001, 0.01, 0.1, 1, 10));
}

TEST(TuningAxes, ARowHasItsOwnValuesAndNumbers) {
  const auto made = study(
      "seeds = 2\nmode = \"one_at_a_time\"\ntune = [\"optimizer.lr\"]\n"
      "tune_grid.optimizer.lr = [0.3, 0.1]",
      row("dropout",
          "set.model.dropout = [{ kind = \"dropout\", at = \"head\", p = 0.5 }]\n"
          "tune = [\"model.dropout.0.p\"]\n"
          "tune_grid.model.dropout.0.p = [0.1, 0.3, 0.5]") +
          row("slow", "set.model.width = 24\ntune_grid.optimizer.lr = [0.01, 0.03, 0.1]"));
  const auto all = arms(made);
  EXPECT_EQ(tuning_axes(made, all[0]).size(), 1U);
  EXPECT_THAT(tuning_axes(made, all[0])[0].values, ElementsAre(0.1, 0.3));
  const auto dropout = tuning_axes(made, all[1]);
  ASSERT_EQ(dropout.size(), 2U);
  EXPECT_EQ(dropout[1].path, "model.dropout.0.p");
  EXPECT_FALSE(dropout[1].geometric);
  EXPECT_EQ(grid_points(dropout).size(), 6U);
  EXPECT_EQ(tuning_budget(made, grid_points(dropout).size()), 12);
  EXPECT_THAT(tuning_axes(made, all[2])[0].values, ElementsAre(0.01, 0.03, 0.1));
}

TEST(TuningAxes, WholeNumbersStayWhole) {
  const auto made = study("seeds = 2\ntune = [\"data.batch_size\"]\ntune_factor = 1.5", kDecay,
                          {"base.data.batch_size=3"});
  const auto axes = tuning_axes(made, arms(made)[0]);
  EXPECT_THAT(axes[0].values, ElementsAre(2, 3, 5));
  EXPECT_TRUE(axes[0].whole);
  EXPECT_THAT(tuned_texts(axes, {5}), ElementsAre(Pair("data.batch_size", "5")));
}

TEST(WithTuned, ReplacesTheNumbersOfAnArm) {
  const auto made = study("seeds = 2\ntune = [\"optimizer.lr\"]", kCosine);
  const auto arm = arms(made)[1];
  const auto axes = tuning_axes(made, arm);
  const auto tuned = with_tuned(made, arm, tuned_texts(axes, {0.8}));
  EXPECT_THAT(tuned.tuned, ElementsAre(Pair("optimizer.lr.peak", "0.8")));
  EXPECT_FALSE(same_results(tuned, arm));
  EXPECT_TRUE(same_results(with_tuned(made, tuned, {}), arm));
  EXPECT_TRUE(same_results(with_tuned(made, arm, tuned_texts(axes, {0.4})), arm));
}

TEST(TuningRefusals, NumbersThatThereAreNot) {
  const auto tuned = [](const std::string& keys, const std::string& rows = kDecay) {
    return refusal("seeds = 2\n" + keys, rows);
  };
  EXPECT_THAT(
      tuned("tune = [\"optimizer.lrr\"]"),
      StartsWith("s.toml:2:8: tune names optimizer.lrr, which in 'base' is no option of its "
                 "recipe: did you mean 'optimizer.lr'?"));
  EXPECT_THAT(tuned("tune = [\"optimizer.nesterov\"]"),
              HasSubstr("tune names optimizer.nesterov, which in 'base' is no number"));
  EXPECT_THAT(
      tuned("tune = [\"optimizer.momentum\"]", row("adam", "set.optimizer.kind = \"adamw\"")),
      HasSubstr("tune names optimizer.momentum, which in 'adam' is no option"));
  EXPECT_THAT(tuned("tune = [\"optimizer.weight_decay\"]", kCosine),
              HasSubstr("so that there are no multiples of it to try"));
}

TEST(TuningRefusals, ValuesThatTheNumberCantHave) {
  const auto grid = [](const std::string& values) {
    return refusal("seeds = 2\ntune = [\"optimizer.lr\"]\ntune_grid.optimizer.lr = " + values,
                   kDecay);
  };
  EXPECT_THAT(grid("[-1, 0.1]"), HasSubstr("optimizer.lr is -1; expected >= 0"));
  EXPECT_THAT(grid("[-1, 0.1]"), StartsWith("s.toml:3:"));
  EXPECT_THAT(grid("0.1"), HasSubstr("tune_grid.optimizer.lr is no list; expected two or more"));
  EXPECT_THAT(grid("[0.1]"), HasSubstr("has less than two values"));
  EXPECT_THAT(grid("[0.1, 0.1]"), HasSubstr("has a value twice"));
  EXPECT_THAT(grid("[0.1, \"0.2\"]"), HasSubstr("has a value of another sort"));
}

TEST(TuningRefusals, ANumberThatARowSetsPlainly) {
  const std::string keys = "seeds = 2\ntune = [\"optimizer.lr\"]";
  EXPECT_THAT(refusal(keys, row("fast", "set.optimizer.lr = 0.2")),
              HasSubstr("row 1 'fast': it sets optimizer.lr, which tune chooses for every row"));
  EXPECT_THAT(refusal(keys + "\nmode = \"one_at_a_time\"",
                      kCosine + row("higher", "extends = \"cosine\"\nset.optimizer.lr.peak = 0.8")),
              HasSubstr("row 2 'higher': it sets optimizer.lr.peak"));
  EXPECT_EQ(refusal(keys, kCosine), "(not refused)");
  EXPECT_EQ(refusal(keys, row("adam", "set.optimizer.kind = \"adamw\"\nset.optimizer.lr = 1e-3")),
            "(not refused)");
  EXPECT_EQ(refusal(keys, row("adam", "set.optimizer = { kind = \"adamw\", lr = 1e-3 }")),
            "(not refused)");
}

TEST(TuningRefusals, ANumberThatALengthSetsPlainly) {
  EXPECT_THAT(refusal("seeds = 2\ntune = [\"optimizer.lr\"]",
                      kDecay + "[[length]]\nname = \"long\"\nset.epochs = 4\n"
                               "set.optimizer.lr = 0.05\n"),
              HasSubstr("length 1 'long': it sets optimizer.lr, which tune chooses"));
}

const std::string kTunesDecay =
    row("tuned",
        "set.optimizer.momentum = 0.5\ntune = [\"optimizer.weight_decay\"]\n"
        "tune_grid.optimizer.weight_decay = [1e-4, 1e-3]");

TEST(TuningRefusals, ANumberThatARowSetsAndAnotherOneTunes) {
  constexpr auto sets =
      "it sets optimizer.weight_decay, which row {} 'tuned' tunes, also where both rows are "
      "trained "
      "together; leave it out here, tune optimizer.weight_decay here, too, or leave it out of the "
      "tune of row {} 'tuned'";
  const auto by = [&](int tuner) { return fmt::format(fmt::runtime(sets), tuner, tuner); };
  for (const auto* mode : {"additive", "leave_one_out", "orders", "grid"}) {
    const auto keys = fmt::format("seeds = 2\nmode = \"{}\"", mode);
    EXPECT_THAT(refusal(keys, kDecay + kTunesDecay), HasSubstr("row 1 'decay': " + by(2))) << mode;
    EXPECT_THAT(refusal(keys, kTunesDecay + kDecay), HasSubstr("row 2 'decay': " + by(1))) << mode;
  }
  EXPECT_EQ(refusal("seeds = 2\nmode = \"one_at_a_time\"", kDecay + kTunesDecay), "(not refused)")
      << "they are never trained together";
  EXPECT_EQ(refusal("seeds = 2", row("own",
                                     "set.optimizer.weight_decay = 5e-4\n"
                                     "tune = [\"optimizer.weight_decay\"]") +
                                     kTunesDecay),
            "(not refused)")
      << "both tune it";
}

TEST(TuningRefusals, ARowMayTuneWhatTheRowThatItExtendsSetsButNotTheOtherWayRound) {
  const std::string keys = "seeds = 2\nmode = \"one_at_a_time\"";
  const std::string tunes =
      "set.optimizer.momentum = 0.5\ntune = [\"optimizer.weight_decay\"]\n"
      "tune_grid.optimizer.weight_decay = [1e-4, 1e-3]";
  EXPECT_EQ(refusal(keys, kDecay + row("tuned", "extends = \"decay\"\n" + tunes)), "(not refused)");
  EXPECT_THAT(
      refusal(keys, kTunesDecay + row("fixed",
                                      "extends = \"tuned\"\n"
                                      "set.optimizer.weight_decay = 5e-4")),
      HasSubstr("row 2 'fixed': it sets optimizer.weight_decay, which row 1 'tuned' tunes"));
}

TEST(TuningRefusals, ANumberWithinATableIsSetPlainlyUnlessTheTableHasAKind) {
  const auto tuned = row("tuned",
                         "set.loss.label_smoothing = { smoothing = 0.1 }\n"
                         "tune = [\"loss.label_smoothing.smoothing\"]");
  EXPECT_THAT(
      refusal("seeds = 2", tuned + row("more", "set.loss.label_smoothing = { smoothing = 0.2 }")),
      HasSubstr("row 2 'more': it sets loss.label_smoothing.smoothing, which row 1 'tuned' tunes"));
  const auto rate = row("rate", "set.optimizer.momentum = 0.5\ntune = [\"optimizer.lr\"]");
  EXPECT_EQ(
      refusal("seeds = 2", rate + row("adam", "set.optimizer = { kind = \"adamw\", lr = 1e-3 }")),
      "(not refused)")
      << "a start together with another optimizer";
}

TEST(Fixing, FindsTheEditThatTuningWouldReplace) {
  const auto path_of = [](const std::string& set, const std::string& path) {
    const auto read = read_study("[[row]]\n" + set + "\n", "s.toml");
    const auto* edit = fixing(read.rows.front().set, path);
    return edit == nullptr ? "none" : edit->path;
  };
  EXPECT_EQ(path_of("set.optimizer.lr = 0.2", "optimizer.lr"), "optimizer.lr");
  EXPECT_EQ(path_of("set.optimizer.lr = 0.2", "optimizer.lr.peak"), "optimizer.lr");
  EXPECT_EQ(path_of("set.optimizer.lr.peak = 0.2", "optimizer.lr"), "optimizer.lr.peak");
  EXPECT_EQ(path_of("set.optimizer.lr = 0.2", "optimizer.lr_scaling"), "none");
  EXPECT_EQ(path_of("set.optimizer.lr = { schedule = \"cosine\", peak = 1 }", "optimizer.lr"),
            "none");
  EXPECT_EQ(path_of("set.optimizer.kind = \"adam\"\nset.optimizer.lr = 1", "optimizer.lr"), "none");
  EXPECT_EQ(path_of("set.mixing = { p = 0.5 }", "mixing.p"), "mixing");
  EXPECT_EQ(path_of("set.mixing = { p = 0.5 }", "mixing.alpha"), "none");
  EXPECT_EQ(path_of("set.model.dropout.0.p = 0.5", "model.dropout.0.p"), "model.dropout.0.p");
  EXPECT_EQ(path_of("set.model.dropout = [{ p = 0.5 }]", "model.dropout.0.p"), "model.dropout");
  EXPECT_EQ(path_of("set.model.dropout = [{ p = 0.5 }]", "model.dropout.1.p"), "none");
  EXPECT_EQ(path_of("set.model.dropout = [{ kind = \"dropout\", p = 0.5 }]", "model.dropout.0.p"),
            "none");
}

TEST(TuningRefusals, ABudgetBelowTheGrid) {
  EXPECT_EQ(refusal("seeds = 2\ntune = [\"optimizer.lr\"]\ntune_budget = 2", kDecay),
            "s.toml:3:15: tune_budget is 2, but the grid of 'base' alone has 3 settings");
}

}  // namespace
}  // namespace temper::study
