// Trials that share a training trajectory: which, and that their files have the bytes of runs that
// were trained alone.
#include "temper/study/engine/trajectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/run/run.h"
#include "tests/run/same_run.h"
#include "tests/train/small_run.h"

namespace temper::study {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Sets = std::vector<std::string>;

/// Ends a run after its second epoch.
constexpr auto kStops = "early_stopping={ patience = 1, minimum_improvement = 100 }";
constexpr auto kPlateau =
    "optimizer.lr={ schedule = \"plateau\", peak = 0.05, factor = 0.5, patience = 0, threshold = "
    "0.99 }";

std::string stable_decay(double cooldown) {
  return "optimizer.lr={ schedule = \"warmup_stable_decay\", peak = 0.05, cooldown = " +
         std::to_string(cooldown) + " }";
}

/// A value from its step on.
std::string from_step(const std::string& option, int step, const std::string& before,
                      const std::string& after) {
  const auto constant = [](const std::string& value) {
    return "curve = { kind = \"constant\", value = " + value + " }";
  };
  return option + "={ schedule = \"piecewise\", pieces = [{ steps = " + std::to_string(step) +
         ", " + constant(before) + " }, { " + constant(after) + " }] }";
}

/// Small runs, of 18 steps in 3 epochs unless the sets say otherwise.
struct Trials {
  explicit Trials(const std::vector<Sets>& sets) {
    auto data = train::small::dataset(64);
    data.test = train::small::dataset(24, 2).train;
    for (const auto& one : sets) {
      plans.push_back(train::plan(train::small::recipe(one), data));
      trials.push_back({.recipe = train::small::recipe(one),
                        .fingerprint = plans.back().fingerprint,
                        .label = std::to_string(trials.size())});
    }
    branches = share_trajectories(trials, per_epoch());
  }

  [[nodiscard]] std::vector<std::int64_t> per_epoch() const {
    return std::vector<std::int64_t>(trials.size(), 6);
  }
  /// The number of steps that need not be trained.
  [[nodiscard]] std::int64_t saved() const {
    std::int64_t steps = 0;
    for (const auto& branch : branches) steps += branch.from_step;
    return steps;
  }

  std::vector<train::Plan> plans;
  std::vector<Trial> trials;
  std::vector<Branch> branches;
};

/// Trains all of them with shared trajectories, and each alone.
/// @return the number of steps that were not trained
std::int64_t expect_same_as_alone(const Trials& all) {
  const train::small::Directory directory;
  const auto shared = [&](std::size_t trial) { return directory.path / std::to_string(trial); };
  std::int64_t carried = 0;
  for (const auto& branch : all.branches) {
    run::RunOptions options{.directory = shared(branch.trial)};
    for (const auto companion : branch.companions)
      options.companions.push_back({&all.plans[companion], shared(companion)});
    const auto outcome = run::run(all.plans[branch.trial], options);
    EXPECT_TRUE(outcome.finished);
    carried += outcome.carried;
  }
  for (std::size_t i = 0; i < all.plans.size(); ++i) {
    SCOPED_TRACE("trial " + std::to_string(i));
    const auto alone = directory.path / ("alone-" + std::to_string(i));
    run::run(all.plans[i], {.directory = alone});
    run::expect_same_run(shared(i), alone);
  }
  return carried;
}

TEST(SharedTrajectories, OfAveragesAndEvaluations) {
  const Trials all({
      {},
      {"averaging=[]"},
      {R"(averaging=[{ kind = "swa", start = 0.3 }, { kind = "ema", decay = 0.9 }])"},
      {R"(averaging=[{ kind = "lawa", latest = 2 }])", "evaluation.weights=both"},
      {"averaging.0.decay={ schedule = \"linear\", peak = 0.5, final = 0.9 }"},
      {"evaluation.weights=raw", "checkpoint.best=validation_loss", "log.norms_every=5"},
      {R"(averaging=[{ kind = "swa", start = 0 }])", "evaluation.statistics_images=16"},
  });
  EXPECT_THAT(all.branches.front().companions, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(all.saved(), 6 * 18);
  EXPECT_EQ(expect_same_as_alone(all), 6 * 18);
}

TEST(SharedTrajectories, OfEarlyStopping) {
  const Sets stops{kStops, "epochs=4"};
  const Trials all({stops,
                    {"epochs=4"},
                    {kStops, "epochs=4", "early_stopping.restore_best=false",
                     R"(averaging=[{ kind = "swa", start = 0 }])"}});
  EXPECT_EQ(all.saved(), 2 * 24);
  EXPECT_EQ(expect_same_as_alone(all), 24 + 12) << "two of the three end after twelve steps";
}

TEST(SharedTrajectories, OfRunsOfOtherLengths) {
  const Trials all({{"epochs=5"}, {"epochs=0", "steps=15"}, {"epochs=2"}});
  EXPECT_EQ(all.branches[1].from_step, 15);
  EXPECT_EQ(all.branches[2].from_step, 12);
  EXPECT_EQ(expect_same_as_alone(all), 15 + 12);
}

TEST(SharedTrajectories, OfSchedulesThatAreEqualUpToAStep) {
  const Trials all({{"epochs=4", stable_decay(0.5)},
                    {"epochs=4", stable_decay(0.25)},
                    {"epochs=4", "optimizer.lr=0.05"}});
  EXPECT_EQ(all.branches[1].from, 0U);
  EXPECT_EQ(all.branches[1].from_step, 13) << "step 13 is the last one at the peak";
  EXPECT_EQ(all.branches[2].from, 1U);
  EXPECT_EQ(all.branches[2].from_step, 19);
  EXPECT_EQ(expect_same_as_alone(all), 13 + 19);
}

TEST(SharedTrajectories, OfOptionsFromAStepOn) {
  const Trials all(
      {{"loss.label_smoothing={ smoothing = 0.1 }"},
       {"loss.label_smoothing={ smoothing = 0.1 }", from_step("data.augment.1.p", 8, "0.5", "1.0")},
       {"loss.label_smoothing={ smoothing = 0.1 }",
        from_step("loss.label_smoothing.smoothing", 6, "0.1", "0.2")}});
  EXPECT_EQ(all.branches[1].from_step, 8);
  EXPECT_EQ(all.branches[2].from_step, 6);
  EXPECT_EQ(expect_same_as_alone(all), 8 + 6);
}

TEST(SharedTrajectories, UpToTheStepWhereStagesAreUnfrozen) {
  const Trials all({{"freeze={ stages = 2, epochs = 1 }"},
                    {"freeze={ stages = 2, epochs = 2 }"},
                    {"freeze={ stages = 2 }"}});
  EXPECT_EQ(all.branches[1].from_step, 6);
  EXPECT_EQ(all.branches[2].from_step, 12);
  EXPECT_EQ(expect_same_as_alone(all), 6 + 12);
}

TEST(SharedTrajectories, UpToTheOnsetOfAnOption) {
  const Trials all({{"lookahead={ k = 7 }"}, {"lookahead={ k = 5 }"}});
  EXPECT_EQ(all.branches[1].from_step, 4);
  EXPECT_EQ(expect_same_as_alone(all), 4);
}

TEST(SharedTrajectories, WithAPlateauUntilTheRunEnds) {
  const Trials all({{kPlateau, kStops}, {kPlateau}});
  EXPECT_EQ(all.saved(), 18);
  EXPECT_EQ(expect_same_as_alone(all), 12) << "its scores are those of the run that ends early";
}

TEST(SharedTrajectories, OfAnOptimizerThatAverages) {
  const std::string optimizer = "optimizer.kind=schedule_free_sgd";
  const Trials all({{"averaging=[]", optimizer},
                    {"averaging=[]", optimizer, "evaluation.weights=raw"},
                    {"averaging=[]", optimizer, "evaluation.statistics_images=16"}});
  EXPECT_EQ(expect_same_as_alone(all), 2 * 18);
}

TEST(SharedTrajectories, NotOfOtherTrainings) {
  const Trials all({{}, {"seed=2"}, {"data.micro_batches=2"}, {"optimizer.lr=0.01"}});
  for (const auto& branch : all.branches) {
    EXPECT_THAT(branch.companions, IsEmpty());
    EXPECT_EQ(branch.from, std::nullopt);
  }
  EXPECT_EQ(all.saved(), 0);
}

TEST(SharedTrajectories, EachPartOfTheTreeIsTrainedOnce) {
  // Two seeds; within each, two that are equal but for their averages, and one that differs early.
  std::vector<Sets> sets;
  for (const std::string seed : {"seed=1", "seed=2"}) {
    sets.push_back({seed});
    sets.push_back({seed, from_step("data.augment.1.p", 4, "0.5", "1.0")});
    sets.push_back({seed, from_step("data.augment.1.p", 4, "0.5", "1.0"), "averaging=[]"});
  }
  const Trials all(sets);
  EXPECT_THAT(all.branches[0].companions, ElementsAre(1, 2));
  EXPECT_THAT(all.branches[1].companions, ElementsAre(2));
  EXPECT_EQ(all.branches[2].from, 1U);
  EXPECT_THAT(all.branches[3].companions, ElementsAre(4, 5));
  EXPECT_EQ(all.saved(), 2 * (4 + 18));
}

TEST(SharedTrajectories, NotWithAnotherTeacher) {
  Trials all({{}, {"averaging=[]"}});
  all.trials[1].teachers = {"another"};
  EXPECT_THAT(share_trajectories(all.trials, all.per_epoch()).front().companions, IsEmpty());
}

TEST(SharedTrajectories, OfTheFirstPartOfATrial) {
  Trials all({{}, {"optimizer.lr=0.01"}, {"averaging=[]"}});
  // The second trial is the first one up to step 6.
  all.trials[1].before.push_back({.until_step = 6, .recipe = all.trials[0].recipe});
  const auto branches = share_trajectories(all.trials, all.per_epoch());
  EXPECT_THAT(branches[0].companions, ElementsAre(1, 2));
  EXPECT_EQ(branches[1].from_step, 6);
  EXPECT_THAT(branches[1].companions, IsEmpty());
  EXPECT_EQ(branches[2].from_step, 18);
}

}  // namespace
}  // namespace temper::study
