// Options that are refused, each with its position in the text, the option, and a remedy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "temper/recipe/recipe.h"
#include "tests/support/refusal.h"

namespace temper::recipe {
namespace {

using temper::testing::refusal;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The refusal when the text is read.
std::string of(const std::string& text) {
  return refusal([&] { parse(text, "r.toml"); });
}

/// The refusal when the data is known, with epochs of 10 steps.
std::string of_run(const std::string& text, const std::vector<std::string>& sets = {}) {
  const auto recipe = parse(text, "r.toml", sets);
  const schedule::Horizon horizon{10, 10 * recipe.epochs};
  return refusal([&] {
    check_schedules(recipe, horizon);
    check_lengths(recipe, horizon);
  });
}

TEST(Refused, ARateOutsideItsRange) {
  EXPECT_EQ(of("[optimizer]\nlr = -0.1"), "r.toml:2:6: optimizer.lr is -0.1; expected >= 0");
  EXPECT_EQ(of("[optimizer]\nlr = nan"),
            "r.toml:2:6: optimizer.lr is nan; expected a finite number");
  EXPECT_THAT(of("[optimizer]\nlr = { schedule = \"linear\", peak = 0.1, final = -1 }"),
              StartsWith("r.toml:2:6: optimizer.lr: its schedule gives -"));
  EXPECT_EQ(of("[optimizer]\n\nkind = \"adamw\"\nweight_decay = -1"),
            "r.toml:4:16: optimizer.weight_decay is -1; expected >= 0");
  EXPECT_EQ(of("parameters.layer_decay = 1.5"),
            "r.toml:1:26: parameters.layer_decay is 1.5; expected a number in (0, 1]");
  EXPECT_EQ(of("parameters.layer_decay = 0"),
            "r.toml:1:26: parameters.layer_decay is 0; expected a number in (0, 1]");
}

TEST(Refused, AStrengthOfAnOperationOnColorsOutsideItsRange) {
  const auto of_operation = [](const std::string& options) {
    return of("data.augment = [{ kind = " + options + " }]");
  };
  EXPECT_THAT(of_operation(R"("posterize", bits_low = 0)"),
              HasSubstr("data.augment.0.bits_low is 0; expected a number in [1, 8]"));
  EXPECT_THAT(of_operation(R"("hue", shift_high = 0.6)"),
              HasSubstr("data.augment.0.shift_high is 0.6; expected a number in [-0.5, 0.5]"));
  EXPECT_THAT(of_operation(R"("solarize", threshold_high = 257)"),
              HasSubstr("data.augment.0.threshold_high is 257; expected a number in [0, 256]"));
  EXPECT_THAT(of_operation(R"("color_jitter", brightness = -0.1)"),
              HasSubstr("data.augment.0.brightness is -0.1; expected a number in [0, 100]"));
  EXPECT_THAT(of_operation(R"("equalize", p = 2)"),
              HasSubstr("data.augment.0.p is 2; expected a number in [0, 1]"));
}

TEST(Refused, MoreStepsThanAnyRunCanMake) {
  const auto of_epochs = [](const std::string& text, std::int64_t steps_per_epoch) {
    return refusal([&] { horizon_of(parse(text, "r.toml"), steps_per_epoch); });
  };
  EXPECT_EQ(of_epochs("epochs = 9999999999", 421),
            "r.toml:1:10: epochs is 9,999,999,999, of 421 steps each; a run has at most "
            "1,000,000,000 steps, here 2,375,296 epochs");
  EXPECT_EQ(of_epochs("epochs = 2375296", 421), "(not refused)");
  EXPECT_EQ(of_epochs("steps = 9223372036854775807", 421),
            "r.toml:1:9: steps is 9,223,372,036,854,775,807; a run has at most 1,000,000,000 "
            "steps");
  EXPECT_EQ(of_epochs("steps = 1000000000", 421), "(not refused)");
}

TEST(Refused, AListOfThousands) {
  std::string milestones = "0.5";
  for (int i = 1; i < 1001; ++i) milestones += ",0.5";
  const std::string text = "[optimizer]\nlr = { schedule = \"multi_step\", milestones = [";
  EXPECT_THAT(of(text + milestones + "] }"),
              HasSubstr("optimizer.lr.milestones has 1001 elements; expected at most 1000"));
  EXPECT_EQ(of(text + milestones.substr(4) + "] }"), "(not refused)");
}

TEST(Refused, AMemoryOfOneOrMore) {
  EXPECT_EQ(of("[optimizer]\nkind = \"adam\"\nbeta1 = 1"),
            "r.toml:3:9: optimizer.beta1 is 1; expected a number in [0, 1)");
  EXPECT_EQ(of("[optimizer]\nkind = \"adam\"\nbeta2 = 1.5"),
            "r.toml:3:9: optimizer.beta2 is 1.5; expected a number in [0, 1)");
  EXPECT_EQ(of("[optimizer]\nmomentum = 1"),
            "r.toml:2:12: optimizer.momentum is 1; expected a number in [0, 1)");
  EXPECT_THAT(of("[optimizer]\nmomentum = { schedule = \"linear\", peak = 0.9, final = 1.2 }"),
              StartsWith("r.toml:2:12: optimizer.momentum: its schedule gives 1"));
}

TEST(Refused, AKindThatThereIsNot) {
  EXPECT_EQ(of("[optimizer]\nkind = \"adamm\""),
            "r.toml:2:8: unknown optimizer.kind \"adamm\": did you mean 'adam'?");
  EXPECT_EQ(of("[optimizer]\nlr = { schedule = \"platau\" }"),
            "r.toml:2:19: unknown optimizer.lr.schedule \"platau\": did you mean 'plateau'?");
  EXPECT_EQ(of("lr_scaling = { rule = \"sqrt\" }"),
            "r.toml:1:23: unknown value \"sqrt\" of lr_scaling.rule: it is one of linear, "
            "square_root");
}

TEST(Refused, OptionsOfAnOptimizerThatDoNotGoTogether) {
  EXPECT_THAT(of("epochs = 3\n[optimizer]\nmomentum = 0\nnesterov = true"),
              StartsWith("r.toml:4:12: optimizer.nesterov"));
}

TEST(Refused, WithItsPlaceAsData) {
  const auto where = [](const std::string& text, const std::vector<std::string>& sets = {}) {
    try {
      parse(text, "r.toml", sets);
    } catch (const Error& error) {
      return error.where();
    }
    return Where{};
  };
  const auto at = [](std::int64_t line, std::int64_t column, const std::string& option) {
    return Where{.file = "r.toml", .line = line, .column = column, .option = option};
  };
  EXPECT_EQ(where("epochs = 3\n[optimizer]\nlr = -1"), at(3, 6, "optimizer.lr"));
  EXPECT_EQ(where("optimizer.lr = { schedule = \"platau\" }"), at(1, 29, "optimizer.lr.schedule"));
  EXPECT_EQ(where("[optimizer]\nlearning = 1"), at(2, 1, "optimizer.learning"));
  EXPECT_EQ(where("epochs = 3\n[freeze]\nepochs = 4"), at(3, 10, "freeze.epochs"));
  EXPECT_EQ(where("[optimizer]\nmomentum = 0\nnesterov = true"), at(3, 12, "optimizer.nesterov"));
  EXPECT_EQ(
      where("optimizer.lr = { schedule = \"one_cycle\", pct_start = 0.6, three_phase = true }"),
      at(1, 16, "optimizer.lr"));
  EXPECT_EQ(where("[optimizer\nlr = 0.1"), at(1, 11, "")) << "it is not TOML";
  EXPECT_EQ(where("", {"epochs=-3"}), (Where{.file = "--set epochs=-3", .option = "epochs"}));
}

TEST(Refused, WithoutAKnownPlace) {
  Recipe recipe;  // of a program
  recipe.data.folds = 1;
  EXPECT_EQ(place(recipe.places, "data.folds"), Where{.option = "data.folds"});
  recipe.places[""] = {.file = "r.toml"};
  recipe.places["data"] = {.file = "r.toml", .line = 2, .column = 1};
  EXPECT_EQ(place(recipe.places, "data.folds"),
            (Where{.file = "r.toml", .line = 2, .column = 1, .option = "data.folds"}))
      << "the nearest table";
  EXPECT_EQ(place(recipe.places, "epochs"), (Where{.file = "r.toml", .option = "epochs"}));
}

TEST(Refused, ByCodeThatDoesNotKnowTheText) {
  const Places places{{"data.size", {.file = "r.toml", .line = 2, .column = 8}}};
  const auto thrown = [&](const Error& error) {
    return refusal([&] { with_places(places, [&] { throw Error(error); }); });
  };
  EXPECT_EQ(thrown(Error(Code::usage, {.option = "data.size"}, "data.size is odd")),
            "r.toml:2:8: data.size is odd");
  EXPECT_EQ(thrown(Error(Code::usage, "no option")), "no option");
  EXPECT_EQ(thrown(Error(Code::usage, {.file = "a.csv", .option = "data.size"}, "x")), "a.csv: x");
  EXPECT_EQ(with_places(places, [] { return 3; }), 3);
}

TEST(Refused, AScheduleLongerOrShorterThanTheRun) {
  const auto with = [](const std::string& epochs) {
    return "epochs = 10\n[optimizer]\nlr = { schedule = \"piecewise\", pieces = [{ epochs = 4, "
           "curve = "
           "{ kind = \"linear\" } }, { epochs = " +
           epochs + ", curve = { kind = \"cosine\" } }] }";
  };
  EXPECT_EQ(of_run(with("6")), "(not refused)");
  EXPECT_THAT(of_run(with("7")),
              StartsWith("r.toml:3:6: optimizer.lr: its pieces take 110 steps (11 epochs), but the "
                         "run has 100 steps (10 epochs); change their lengths"));
  EXPECT_THAT(of_run(with("5")), HasSubstr("its pieces take 90 steps"));
  EXPECT_THAT(
      of_run("epochs = 10\noptimizer.lr = { schedule = \"multi_step\", milestones = [3, 12] }"),
      StartsWith("r.toml:2:16: optimizer.lr: one of its milestones is after 120 steps (12 epochs), "
                 "but the run has 100 steps (10 epochs); remove it, or train longer"));
  EXPECT_THAT(of("optimizer.lr = { schedule = \"multi_step\", relative = true }"),
              StartsWith("r.toml:1:16: optimizer.lr: one of its milestones is 30; with relative = "
                         "true expected parts of the schedule's length, below 1"));
}

TEST(Refused, APlateauThatWouldRestart) {
  EXPECT_EQ(
      of("[optimizer]\nlr = { schedule = \"piecewise\", pieces = [{ epochs = 5 }, { curve = { "
         "kind = \"plateau\" } }] }"),
      "r.toml:2:6: optimizer.lr: pieces.1.curve is a plateau, which would restart with its piece "
      "and lose its measurements; use a plateau for the whole run, with a warm-up of its own, or "
      "sgdr for restarts");
  EXPECT_EQ(of("[optimizer]\nlr = { schedule = \"plateau\", T_0 = { epochs = 5 } }"),
            "r.toml:2:30: unknown key 'optimizer.lr.T_0' of plateau: it is an option of sgdr");
}

TEST(Refused, APlateauWithNothingToFollow) {
  const auto recipe =
      parse("data.validation = 0\noptimizer.lr = { schedule = \"plateau\" }", "r.toml");
  EXPECT_EQ(
      refusal([&] { check_plateaus(recipe, /*validated=*/false); }),
      "r.toml:2:16: optimizer.lr: a plateau follows the validation score, and with "
      "data.validation = 0 there is none; hold out images, as in data.validation = 0.1, or use "
      "another schedule");
  EXPECT_EQ(refusal([&] { check_plateaus(recipe, /*validated=*/true); }), "(not refused)")
      << "the data may bring a validation set";
}

TEST(Refused, APlateauOverTheImages) {
  EXPECT_EQ(of("[data]\naugment = [{ kind = \"flip\", p = { schedule = \"plateau\" } }]"),
            "r.toml:2:33: data.augment.0.p: a data option can't have a plateau "
            "schedule, since images are prepared before the score that it follows is known; use "
            "another schedule");
  EXPECT_THAT(of("[data]\ntrain_size = { schedule = \"plateau\" }"),
              StartsWith("r.toml:2:14: data.train_size: a data option can't have a plateau"));
}

TEST(Refused, ALengthInBothEpochsAndStepsOrInNeither) {
  EXPECT_EQ(
      of("epochs = 3\nsteps = 40"),
      "r.toml:2:9: epochs = 3 and steps = 40 are both given; keep one, or set the other to 0");
  EXPECT_EQ(
      of("epochs = 0"),
      "r.toml:1:10: epochs and steps are both 0; expected the run's length in one of them, as "
      "in epochs = 10");
  EXPECT_EQ(of("epochs = 0\nsteps = 40"), "(not refused)");
}

TEST(Refused, StagesFrozenBeyondTheRun) {
  EXPECT_EQ(of("epochs = 3\n[freeze]\nepochs = 4"),
            "r.toml:3:10: freeze.epochs is 4, more than the run's 3 epochs; 0 means the whole run");
  EXPECT_EQ(of("freeze = { stages = 0 }"),
            "r.toml:1:21: freeze.stages is 0; expected a number in [1, 1000]");
}

TEST(Refused, AFoldThatThereIsNot) {
  EXPECT_EQ(of("data.folds = 1"),
            "r.toml:1:14: data.folds is 1; expected 2 or more, or 0 for no folds");
  EXPECT_EQ(of("data.fold = 1"),
            "r.toml:1:13: data.fold is 1, but there are no folds (data.folds = 0); set their "
            "number, as in data.folds = 5");
  EXPECT_EQ(of("data.folds = 5\ndata.fold = 5"),
            "r.toml:2:13: data.fold is 5; expected 0 to 4, since data.folds is 5");
  EXPECT_EQ(of("data.folds = 5\ndata.fold = 4"), "(not refused)");
}

TEST(Refused, SourcesThatContradictEachOtherOrAreNone) {
  EXPECT_EQ(of("[data]\nsource = \"a\"\nsources = [{ source = \"b\" }]"),
            "r.toml:2:10: data.source and data.sources are both given; keep one");
  EXPECT_EQ(of("[data]\nsources = [{ source = \"a\" }, { weight = 2 }]"),
            "r.toml:2:30: data.sources.1 has no source; expected a table such as { source = "
            "\"pictures\", weight = 2 }");
  EXPECT_EQ(of("[data]\nsources = [{ source = \"a\", weight = 0 }]"),
            "r.toml:2:37: data.sources.0.weight is 0; expected a number in (0, 1000000]");
  EXPECT_EQ(of("[data]\nsources = [\"a\"]"),
            "r.toml:2:12: data.sources.0 is the text \"a\"; expected a table, such as { source = "
            "... }");
}

TEST(Refused, TwoBatchSizes) {
  const std::string both =
      "data.batch_size = 32 and data.batch_per_rank = 8 are both given; keep batch_size for the "
      "images that all processes have together, or batch_per_rank for those of each";
  EXPECT_EQ(of("[data]\nbatch_size = 32\nbatch_per_rank = 8"), "r.toml:3:18: " + both);
  EXPECT_EQ(of("[data]\nbatch_size = 8\nbatch_per_rank = 8"), "(not refused)")
      << "as it is written out";
}

TEST(Refused, SharesOfLabelsThatAreNone) {
  EXPECT_EQ(of("data.labelled = 0"),
            "r.toml:1:17: data.labelled is 0; expected a number in (0, 1]");
  EXPECT_EQ(of("data.label_noise = 1.1"),
            "r.toml:1:20: data.label_noise is 1.1; expected a number in [0, 1]");
  EXPECT_EQ(of("data.sampling = { kind = \"repeated\", num_repeats = 1 }"),
            "r.toml:1:52: data.sampling.num_repeats is 1; expected a number in [2, 1024]");
  EXPECT_EQ(of("data.sampling = \"class_balance\""),
            "r.toml:1:17: unknown data.sampling.kind \"class_balance\": did you mean "
            "'class_balanced'?");
}

TEST(Refused, AFallingRateUnderAnOptimizerThatStandsInForIt) {
  const auto text = [](const std::string& kind, const std::string& rest) {
    return "[optimizer]\nkind = \"" + kind + "\"\nlr = " + rest;
  };
  for (const std::string kind : {"schedule_free_sgd", "schedule_free_adamw"}) {
    EXPECT_EQ(of_run(text(kind, "{ schedule = \"cosine\", warmup = { epochs = 2 } }")),
              "r.toml:3:6: optimizer.lr: its schedule decreases at step 21, but the averaging of " +
                  kind +
                  " replaces learning rate decay; keep it constant after its warm-up (schedule "
                  "= \"constant\"), or confirm it with optimizer.decaying_lr = true");
    EXPECT_THAT(of_run(text(kind, "{ schedule = \"plateau\" }")),
                HasSubstr("can decrease from step 0"));
    EXPECT_EQ(of_run(text(kind, "{ schedule = \"cosine\" }\ndecaying_lr = true")), "(not refused)");
    EXPECT_EQ(of_run(text(kind, "{ schedule = \"constant\", warmup = { epochs = 2 } }")),
              "(not refused)");
    EXPECT_EQ(of_run(text(kind, "0.01")), "(not refused)");
    EXPECT_THAT(of_run(text(kind, "0.01"), {"optimizer.lr={ schedule = \"cosine\" }"}),
                StartsWith("--set optimizer.lr={ schedule = \"cosine\" }: optimizer.lr: "));
  }
}

}  // namespace
}  // namespace temper::recipe
