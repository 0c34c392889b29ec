// Runs that are trained along with another one.
#include "temper/run/company.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/mean.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "temper/run/run.h"
#include "temper/run/run_folder.h"
#include "temper/train/begin.h"
#include "tests/run/same_run.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;

constexpr auto kOther = R"(averaging=[{ kind = "swa", start = 0.3 }])";

/// 64 images, 51 to train on: epochs of 6 steps, 18 in all.
train::Plan plan_of(const std::vector<std::string>& sets = {}) {
  return train::plan(train::small::recipe(sets), train::small::dataset(64));
}

/// Two runs that differ in what they average, alone and together.
class Company : public ::testing::Test {
 protected:
  void SetUp() override {
    run(plan_, {.directory = alone("plain")});
    run(other_, {.directory = alone("other")});
  }

  [[nodiscard]] fs::path alone(const std::string& name) const {
    return directory_.path / ("alone-" + name);
  }
  [[nodiscard]] fs::path plain() const { return directory_.path / "plain"; }
  [[nodiscard]] fs::path other() const { return directory_.path / "other"; }
  [[nodiscard]] std::vector<Companion> companions() const { return {{&other_, other()}}; }

  /// Completes both, and compares them with those that were trained alone.
  void expect_same_runs() {
    EXPECT_TRUE(run(plan_, {.directory = plain(), .companions = companions()}).finished);
    EXPECT_TRUE(run(other_, {.directory = other()}).finished);
    expect_same_run(plain(), alone("plain"));
    expect_same_run(other(), alone("other"));
  }

  const train::small::Directory directory_;
  const train::Plan plan_ = plan_of();
  const train::Plan other_ = plan_of({kOther});
};

TEST_F(Company, IsLeftAtTheLastCommonStepLikeARunThatWasStoppedThere) {
  const auto outcome = run(plan_, {.directory = plain(), .companions = companions()});
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.carried, 18);
  EXPECT_FALSE(finished(other()));
  const auto manifest =
      train::read_manifest(train::list_checkpoints(other() / "checkpoints").back());
  EXPECT_EQ(manifest.step, 18);
  EXPECT_TRUE(manifest.evaluated);
  EXPECT_EQ(manifest.fingerprint, other_.fingerprint);
  const auto completed = run(other_, {.directory = other()});
  EXPECT_TRUE(completed.finished);
  EXPECT_EQ(completed.step, 18);
  expect_same_run(plain(), alone("plain"));
  expect_same_run(other(), alone("other"));
}

TEST_F(Company, GoesOnAfterEveryStop) {
  for (const std::int64_t step : {3, 6, 7, 17}) {
    const auto outcome =
        run(plan_, {.directory = plain(), .stop_at = step, .companions = companions()});
    EXPECT_FALSE(outcome.finished);
    EXPECT_EQ(outcome.step, step);
    for (const auto& folder : {plain(), other()})
      EXPECT_EQ(train::read_manifest(train::list_checkpoints(folder / "checkpoints").back()).step,
                step);
  }
  EXPECT_EQ(run(plan_, {.directory = plain(), .companions = companions()}).carried, 1);
  expect_same_runs();
}

TEST_F(Company, StepsAfterTheLastCheckpointOfTheRunAreRepeatedForAll) {
  run(plan_, {.directory = plain(), .stop_at = 10, .companions = companions()});
  // As if the process had been killed after the companion's checkpoint and before its own.
  fs::remove_all(train::checkpoint_at(plain() / "checkpoints", 10));
  const auto outcome = run(plan_, {.directory = plain(), .companions = companions()});
  EXPECT_EQ(outcome.carried, 10) << "from the checkpoint of step 8 on";
  expect_same_runs();
}

TEST_F(Company, IsLeftAloneWithoutACheckpointOfTheRunsStep) {
  run(plan_, {.directory = plain(), .stop_at = 10});
  run(other_, {.directory = other(), .stop_at = 7});
  EXPECT_EQ(run(plan_, {.directory = plain(), .companions = companions()}).carried, 0);
  EXPECT_EQ(train::read_manifest(train::list_checkpoints(other() / "checkpoints").back()).step, 7);
  expect_same_runs();
}

TEST_F(Company, ARunThatWasBegunAloneJoinsWhereItHasACheckpointOfTheStep) {
  run(plan_, {.directory = plain(), .stop_at = 8});
  run(other_, {.directory = other(), .stop_at = 11});
  EXPECT_EQ(run(plan_, {.directory = plain(), .companions = companions()}).carried, 10);
  expect_same_runs();
}

TEST_F(Company, IsLeftAloneWhileItsDirectoryIsInUse) {
  {
    const RunFolder used(other());
    EXPECT_EQ(run(plan_, {.directory = plain(), .companions = companions()}).carried, 0);
  }
  expect_same_runs();
}

TEST_F(Company, IsLeftAloneWithOtherDataOrAnotherRun) {
  const auto elsewhere = train::plan(train::small::recipe({kOther}), train::small::dataset(64, 2));
  const auto seeded = plan_of({"seed=2"});
  const auto swapped = plan_of({"averaging=[]"});
  run(swapped, {.directory = other(), .stop_at = 1});
  const std::vector<Companion> all{{&elsewhere, directory_.path / "elsewhere"},
                                   {&seeded, directory_.path / "seeded"},
                                   {&other_, other()}};
  EXPECT_EQ(run(plan_, {.directory = plain(), .companions = all}).carried, 0);
  EXPECT_FALSE(fs::exists(directory_.path / "elsewhere"));
  EXPECT_FALSE(fs::exists(directory_.path / "seeded"));
  expect_same_run(plain(), alone("plain"));
}

TEST_F(Company, StopsAtItsOwnStepLikeARunThatIsStopped) {
  // At the end of an epoch, whose evaluation a run that is stopped there has not made.
  run(other_, {.directory = directory_.path / "stopped", .stop_at = 6});
  EXPECT_EQ(run(plan_, {.directory = plain(), .companions = {{&other_, other(), 6}}}).carried, 6);
  EXPECT_EQ(tensor_files(other()), tensor_files(directory_.path / "stopped"));
  EXPECT_EQ(last_manifest(other()), last_manifest(directory_.path / "stopped"));
  expect_same_runs();
}

/// Not finite for batches with fewer than four images of the first class.
at::Tensor sometimes_nan(const at::Tensor& logits, const at::Tensor& targets) {
  const auto loss = (logits - targets).square().mean();
  const bool bad = targets.select(1, 0).sum().item<double>() < 4;
  return bad ? loss * std::numeric_limits<double>::quiet_NaN() : loss;
}

TEST(CompanyThatSkipsSteps, HasTheSnapshotsOfARunAlone) {
  const auto planned = [](const std::string& averaging) {
    auto recipe = train::small::recipe({"guard.nan=skip", averaging});
    recipe.loss = loss::Custom{.name = "sometimes nan", .function = sometimes_nan};
    return train::plan(recipe, train::small::dataset(64));
  };
  const auto plan = planned("averaging=[]");
  const auto other = planned(R"(averaging=[{ kind = "swa", start = 0.3, every = 1 }])");
  const train::small::Directory directory;
  run(other, {.directory = directory.path / "alone"});
  const auto together = directory.path / "together";
  EXPECT_EQ(run(plan, {.directory = directory.path / "plain", .companions = {{&other, together}}})
                .carried,
            18);
  EXPECT_TRUE(run(other, {.directory = together}).finished);
  expect_same_run(together, directory.path / "alone");
  EXPECT_GT(train::read_manifest(train::checkpoint_at(together / "checkpoints", 18)).left_out, 0);
}

TEST(LoadKept, OnlyOfTheSameTraining) {
  const train::small::Directory directory;
  const auto one = plan_of();
  const auto two = plan_of({"seed=2"});
  run(one, {.directory = directory.path / "one", .stop_at = 4});
  run(two, {.directory = directory.path / "two", .stop_at = 4});
  const auto checkpoint = [&](const std::string& name) {
    return train::checkpoint_at(directory.path / name / "checkpoints", 4);
  };
  auto state = train::begin(one);
  EXPECT_FALSE(train::load_kept(state, checkpoint("one"))) << "the state is at step 0";
  train::load_checkpoint(state, checkpoint("one"));
  EXPECT_FALSE(train::load_kept(state, checkpoint("two")));
  state.averages.front().updates = 0;
  EXPECT_TRUE(train::load_kept(state, checkpoint("one")));
  EXPECT_EQ(state.averages.front().updates, 4);
}

}  // namespace
}  // namespace temper::run
