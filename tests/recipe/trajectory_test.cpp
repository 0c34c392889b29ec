// How many steps two recipes have in common.
#include "temper/recipe/trajectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace temper::recipe {
namespace {

using ::testing::ElementsAre;

constexpr schedule::Horizon kRun{.steps_per_epoch = 10, .total_steps = 100};

/// The common steps of two recipes, in both directions.
std::int64_t common(const std::string& left, const std::string& right,
                    const schedule::Horizon& of_right = kRun) {
  const Trajectory one(parse(left, "left.toml"), kRun);
  const Trajectory other(parse(right, "right.toml"), of_right);
  const auto steps = one.common_steps(other);
  EXPECT_EQ(other.common_steps(one), steps);
  return steps;
}

/// The first parts of the paths of options that reach as far as that and no farther.
std::set<std::string> sections(Reach reach) {
  std::set<std::string> found;
  for (const auto& fact : facts(parse("early_stopping = {}\naveraging = [\"ema\"]", "r.toml")))
    if (fact.reach == reach) found.insert(fact.path.substr(0, fact.path.find('.')));
  return found;
}

TEST(Trajectory, OptionsSayHowFarTheyReach) {
  EXPECT_THAT(sections(Reach::outcome),
              ElementsAre("checkpoint", "data", "early_stopping", "epochs", "log", "name",
                          "shard_optimizer", "steps"));
  EXPECT_THAT(sections(Reach::scores), ElementsAre("averaging", "evaluation"));
}

TEST(Trajectory, WhatObservesLeavesItAsItIs) {
  EXPECT_EQ(common("", ""), 100);
  for (
      const std::string other :
      {"name = \"other\"", R"(averaging = ["ema", "lawa"])", "evaluation.weights = \"raw\"",
       "evaluation.statistics_images = 100", "early_stopping = { patience = 2 }",
       "checkpoint = { every_epochs = 1, keep = 5, best = \"validation_loss\" }",
       "log = { every_steps = 1, norms_every = 3 }", "data.num_workers = 3", "data.memory = 1",
       R"(averaging = [{ kind = "ema", decay = { schedule = "linear", peak = 0.5, final = 0.9 } }])"})
    EXPECT_EQ(common("", other), 100) << other;
}

TEST(Trajectory, WhatTrainsEndsIt) {
  for (const std::string other : {"seed = 2",
                                  "threads = 3",
                                  "device = \"cpu\"",
                                  "precision = \"fp32\"",
                                  "data.micro_batches = 2",
                                  "data.batch_size = 64",
                                  "data.validation = 0.2",
                                  "data.augment = [\"flip\"]",
                                  "data.source = \"elsewhere\"",
                                  "data.on_bad_image = \"skip\"",
                                  "model = { kind = \"resnet\", depth = 14 }",
                                  "optimizer.kind = \"adamw\"",
                                  "optimizer.lr = 0.3",
                                  "optimizer.momentum = 0.5",
                                  "lr_scaling = { reference_batch = 64 }",
                                  "mixing = {}",
                                  "sam = {}",
                                  "loss.label_smoothing = {}",
                                  "lookahead = {}",
                                  "guard.nan = \"skip\"",
                                  "guard.limit = 3"})
    EXPECT_EQ(common("", other), 0) << other;
}

TEST(Trajectory, NumbersInListsEndIt) {
  const auto weights = [](const std::string& second) {
    return R"(data.augment = [{ kind = "one_of", operations = ["flip", "invert"], weights = [1, )" +
           second + "] }]";
  };
  EXPECT_EQ(common(weights("1"), weights("1")), 100);
  EXPECT_EQ(common(weights("1"), weights("3")), 0);
  const auto one_then = [&](const std::string& last) {
    return weights(R"({ schedule = "piecewise", pieces = [
      { steps = 40, curve = { kind = "constant", value = 1 } },
      { curve = { kind = "constant", value = )" +
                   last + " } }] }");
  };
  EXPECT_EQ(common(one_then("3"), weights("1")), 40);
  EXPECT_EQ(common(one_then("3"), one_then("2")), 40);
}

TEST(Trajectory, ARollbackRestoresAveragesToo) {
  EXPECT_EQ(common("guard.nan = \"rollback\"", "guard.nan = \"rollback\""), 0);
}

TEST(Trajectory, LastsAsLongAsTheShorterRun) {
  EXPECT_EQ(common("", "epochs = 4", {.steps_per_epoch = 10, .total_steps = 40}), 40);
  EXPECT_EQ(common("", "steps = 33", {.steps_per_epoch = 10, .total_steps = 33}), 33);
  EXPECT_EQ(common("", "epochs = 20", {.steps_per_epoch = 10, .total_steps = 200}), 100);
  EXPECT_EQ(common("", "", {.steps_per_epoch = 5, .total_steps = 100}), 0);
}

TEST(Trajectory, ScheduleThatDependsOnTheLength) {
  const std::string cosine = "optimizer.lr = { schedule = \"cosine\", peak = 0.1 }";
  EXPECT_EQ(common(cosine, cosine), 100);
  EXPECT_EQ(common(cosine, cosine, {.steps_per_epoch = 10, .total_steps = 200}), 1);
  EXPECT_EQ(common(cosine, "optimizer.lr = { schedule = \"cosine\", peak = 0.1, final = 0.05 }"),
            1);
  EXPECT_EQ(common(cosine, "optimizer.lr = 0.1"), 1);
}

TEST(Trajectory, LastsUntilScheduledValuesDiffer) {
  const auto stable = [](const std::string& cooldown) {
    return "optimizer.lr = { schedule = \"warmup_stable_decay\", peak = 0.1, cooldown = " +
           cooldown + " }";
  };
  EXPECT_EQ(common(stable("0.5"), stable("0.25")), 51);
  EXPECT_EQ(common(stable("0.5"), "optimizer.lr = 0.1"), 51);
  EXPECT_EQ(common("optimizer.lr = 0.1", stable("0.25")), 76);
  EXPECT_EQ(common(stable("0.5"), "optimizer.lr = 0.2"), 0);
}

TEST(Trajectory, TheRateOfAScaledDecayIsAnOptionToo) {
  // base_lr is the highest learning rate of the run, which differs from the first step on.
  const auto adamw = [](const std::string& pieces) {
    return "[optimizer]\nkind = \"adamw\"\ndecay_scale = \"schedule\"\nlr = { schedule = "
           "\"piecewise\", pieces = [{ steps = 50, curve = { kind = \"constant\", value = 0.1 } }, "
           "{ "
           "curve = { kind = \"constant\", value = " +
           pieces + " } }] }";
  };
  EXPECT_EQ(common(adamw("0.05"), adamw("0.01")), 50);
  EXPECT_EQ(common(adamw("0.05"), adamw("0.2")), 0);
}

TEST(Trajectory, LastsUntilStagesAreUnfrozen) {
  EXPECT_EQ(common("freeze = { stages = 1, epochs = 3 }", "freeze = { stages = 1, epochs = 5 }"),
            30);
  EXPECT_EQ(common("freeze = { stages = 1, epochs = 3 }", "freeze = { stages = 1 }"), 30);
  EXPECT_EQ(common("freeze = { stages = 1 }", "freeze = { stages = 2 }"), 0);
  EXPECT_EQ(common("freeze = { stages = 1 }", ""), 0);
}

TEST(Trajectory, ALinearProbeSeesImagesAsInEvaluation) {
  const auto from = [](const std::string& head, const std::string& other) {
    return R"(pretrained = { from = "w", head = ")" + head + "\" }\n" + other;
  };
  EXPECT_EQ(common(from("auto", ""), from("auto", "evaluation.crop_ratio = 0.9")), 100);
  EXPECT_EQ(common(from("probe", ""), from("probe", "evaluation.crop_ratio = 0.9")), 0);
  EXPECT_EQ(common(from("probe", ""), from("probe", "averaging = [\"lawa\"]")), 100);
  EXPECT_EQ(common(from("probe", ""), from("auto", "")), 0);
}

TEST(Trajectory, LastsUntilMixingIsSwitchedOff) {
  EXPECT_EQ(common("mixing = { off_epoch = 3 }", "mixing = { off_epoch = 5 }"), 30);
  EXPECT_EQ(common("mixing = { off_epoch = 3 }", "mixing = {}"), 30);
  EXPECT_EQ(common("mixing = { off_epoch = 3 }", ""), 0);
  EXPECT_EQ(common("mixing.mode = \"elem\"", "mixing = {}"), 0);
}

TEST(Trajectory, LastsUntilTheOnsetOfAnOption) {
  EXPECT_EQ(common("lookahead = { k = 7 }", "lookahead = { k = 5 }"), 4);
  EXPECT_EQ(common("lookahead = { k = 7 }", "lookahead = { k = 5, alpha = 0.8 }"), 0);
  EXPECT_EQ(common("lookahead = { k = 500 }", "lookahead = { k = 600 }"), 100);
}

TEST(Trajectory, APlateauFollowsScores) {
  const auto with = [](const std::string& other) {
    return other + "\noptimizer.lr = { schedule = \"plateau\", peak = 0.1, patience = 3 }";
  };
  EXPECT_EQ(common(with(""), with("")), 100);
  EXPECT_EQ(common(with(""), with("early_stopping = {}")), 100) << "it only ends the run";
  EXPECT_EQ(common(with(""), with("averaging = [\"ema\"]")), 0);
  EXPECT_EQ(common(with(""), with("evaluation.weights = \"raw\"")), 0);
  EXPECT_EQ(common(with(""), "optimizer.lr = { schedule = \"plateau\", peak = 0.1, patience = 4 }"),
            0);
  EXPECT_EQ(common(with(""), "optimizer.lr = 0.1"), 0);
}

}  // namespace
}  // namespace temper::recipe
