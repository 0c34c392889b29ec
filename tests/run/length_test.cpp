// Runs whose length is given in steps.
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "temper/core/error.h"
#include "temper/cost/estimate.h"
#include "temper/io/disk/hash.h"
#include "temper/run/loss_log.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "temper/train/tensors.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using train::small::plan_of;

train::Plan of_steps(std::int64_t steps) {
  return plan_of({"epochs=0", "steps=" + std::to_string(steps)});
}

std::string weights_of(const train::small::fs::path& run) {
  return io::hash_file(run / "model.safetensors") + io::hash_file(run / "model-ema.safetensors");
}

/// Epoch and step of every evaluation.
std::vector<std::pair<std::int64_t, std::int64_t>> evaluations(const train::small::fs::path& run) {
  std::vector<std::pair<std::int64_t, std::int64_t>> found;
  for (const auto& event : read_log(run))
    if (const auto* evaluated = std::get_if<train::Evaluated>(&event))
      found.emplace_back(evaluated->epoch, evaluated->step);
  return found;
}

TEST(Length, OfWholeEpochsGivesTheSameWeights) {
  const train::small::Directory folder;
  run(plan_of({}), {.directory = folder.path / "epochs"});
  run(of_steps(18), {.directory = folder.path / "steps"});
  const io::Safetensors epochs(folder.path / "epochs" / "model.safetensors");
  const io::Safetensors steps(folder.path / "steps" / "model.safetensors");
  ASSERT_FALSE(epochs.tensors().empty());
  for (const auto& tensor : epochs.tensors())
    EXPECT_TRUE(at::equal(train::to_tensor(tensor), train::to_tensor(steps.at(tensor.name))))
        << tensor.name;
  EXPECT_EQ(evaluations(folder.path / "epochs"), evaluations(folder.path / "steps"));
}

TEST(Length, AnIncompleteLastEpochIsEvaluatedLikeAWholeOne) {
  const train::small::Directory folder;
  const auto made = of_steps(13);
  EXPECT_EQ(made.horizon.epochs(), 3);
  const auto outcome = run(made, {.directory = folder.path});
  EXPECT_TRUE(outcome.finished);
  EXPECT_EQ(outcome.step, 13);
  EXPECT_THAT(evaluations(folder.path), ElementsAre(Pair(1, 6), Pair(2, 12), Pair(3, 13)));
  const auto log = read_log(folder.path);
  const auto& start = std::get<train::Started>(log.front());
  EXPECT_EQ(start.total_steps, 13);
  EXPECT_EQ(start.epochs, 3);
}

TEST(Length, LessThanAnEpochIsARun) {
  const train::small::Directory folder;
  EXPECT_TRUE(run(of_steps(2), {.directory = folder.path}).finished);
  EXPECT_THAT(evaluations(folder.path), ElementsAre(Pair(1, 2)));
}

TEST(Length, TooShortForTheAverageIsRefused) {
  EXPECT_NO_THROW(plan_of({"epochs=0", "steps=6", "averaging=[\"lawa\"]"}));
  try {
    (void)plan_of({"epochs=0", "steps=5", "averaging=[\"lawa\"]"});
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("averaging.0.every: the average is never updated and stays "
                                        "at the initial weights; it needs 6 steps, and there are "
                                        "5"));
  }
}

TEST(Length, AStopChangesNothing) {
  const train::small::Directory folder;
  const auto made = of_steps(13);
  run(made, {.directory = folder.path / "whole"});
  for (const std::int64_t stop : {7, 12}) {
    const auto parts = folder.path / std::to_string(stop);
    EXPECT_FALSE(run(made, {.directory = parts, .stop_at = stop}).finished);
    EXPECT_TRUE(run(made, {.directory = parts}).finished);
    EXPECT_EQ(weights_of(parts), weights_of(folder.path / "whole")) << "stopped at " << stop;
    EXPECT_EQ(evaluations(parts), evaluations(folder.path / "whole"));
  }
  const auto again = replay(made, folder.path / "whole", 13);
  EXPECT_EQ(again.epoch, 3);
  EXPECT_FALSE(again.check.first_difference);
  EXPECT_THROW((void)replay(made, folder.path / "whole", 14), Error);
}

TEST(Length, SchedulesCoverIt) {
  auto made = plan_of(
      {"epochs=0", "steps=13", R"(optimizer.lr={ schedule = "linear", peak = 1.3, final = 0 })"});
  const recipe::ScheduleDriver driver(made.recipe, made.horizon);
  driver.apply(12);
  EXPECT_NEAR(std::get<optim::Sgd>(made.recipe.optimizer).lr, 0.1, 1e-9);
}

TEST(Length, StagesFrozenForLongerAreRefused) {
  try {
    (void)plan_of({"epochs=0", "steps=13", "freeze={ stages = 1, epochs = 4 }"});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("freeze.epochs is 4, more than the run's 3 epochs"));
  }
}

TEST(Length, OfHundredsOfMillionsOfStepsIsPlannedInSeconds) {
  const std::vector<std::string> long_run{
      "epochs=100000000", R"(optimizer.lr={ schedule = "sgdr", T_0 = { epochs = 1 } })",
      R"(data.train_size={ schedule = "linear", peak = 8, final = 12 })",
      R"(data.augment.1.p={ schedule = "linear", peak = 0, final = 1 })"};
  const auto made = plan_of(long_run);
  EXPECT_EQ(made.horizon.total_steps, 600'000'000);
  EXPECT_THROW((void)plan_of({"epochs=9999999999"}), Error);
}

TEST(Length, TheEstimateIsOfItsSteps) {
  const auto found = cost::estimate(of_steps(5), 30);
  EXPECT_EQ(found.steps_tried, 5);
  EXPECT_THROW((void)cost::estimate(of_steps(2), 30), Error);
}

}  // namespace
}  // namespace temper::run
