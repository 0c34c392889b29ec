// What a killed run leaves in its folder of checkpoints, and what a checkpoint holds of averages
// that only an evaluation or a save brings up to its step.
#include "temper/train/checkpoint.h"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "temper/run/run.h"
#include "temper/train/averaged.h"
#include "tests/run/same_run.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using train::small::Directory;
using train::small::plan_of;

/// A run that was stopped in its second epoch, with checkpoints at steps 4, 6 and 7.
struct Stopped {
  explicit Stopped(std::vector<std::string> sets = {}) {
    sets.emplace_back("checkpoint.every_epochs=1");
    plan = plan_of(sets);
    EXPECT_FALSE(run(plan, {.directory = directory.path, .stop_at = 7}).finished);
  }
  [[nodiscard]] fs::path at(std::int64_t step) const {
    return train::checkpoint_at(directory.path / "checkpoints", step);
  }

  Directory directory;
  train::Plan plan;
};

TEST(Checkpoints, OfAKilledRunAreCompletedWhereAllIsWrittenAndRemovedWhereItIsNot) {
  const Stopped stopped;
  const auto folder = stopped.directory.path / "checkpoints";
  const auto place = [&](std::int64_t step, const std::string& ending) {
    return fs::path(stopped.at(step).native() + ending);
  };
  fs::rename(place(6, ""), place(6, ".unfinished"));
  fs::copy(place(4, ""), place(4, ".unfinished"));
  fs::remove(place(4, ".unfinished") / "model.safetensors");
  fs::copy(place(4, ""), place(7, ".unfinished"));
  fs::remove(place(7, ".unfinished") / "manifest.json");
  fs::copy(place(4, ""), place(4, ".unfinished.old"));
  fs::create_directory(place(5, ""));
  fs::create_directory(folder / "step-5-notes");
  fs::create_directory(folder / "mine.unfinished");

  train::recover_checkpoints(folder);
  EXPECT_THAT(train::list_checkpoints(folder),
              ElementsAre(place(4, ""), place(6, ""), place(7, "")));
  for (const auto& checkpoint : train::list_checkpoints(folder))
    EXPECT_NO_THROW(train::verify_checkpoint(checkpoint));
  for (const auto& gone : {place(6, ".unfinished"), place(4, ".unfinished"),
                           place(4, ".unfinished.old"), place(7, ".unfinished"), place(5, "")})
    EXPECT_FALSE(fs::exists(gone)) << gone;
  EXPECT_TRUE(fs::exists(folder / "step-5-notes"));
  EXPECT_TRUE(fs::exists(folder / "mine.unfinished"));
}

TEST(Checkpoints, OfAStepAreWrittenAgainInThePlaceOfTheFirst) {
  const Stopped stopped;
  auto state =
      train::start(stopped.plan.recipe, train::build_network(stopped.plan), stopped.plan.horizon);
  train::load_checkpoint(state, stopped.at(6));
  std::ofstream(stopped.at(6) / "left from before") << "x";
  train::write_checkpoint(train::snapshot(state, {.fingerprint = "another"}),
                          stopped.directory.path / "checkpoints");
  EXPECT_EQ(train::read_manifest(stopped.at(6)).fingerprint, "another");
  EXPECT_NO_THROW(train::verify_checkpoint(stopped.at(6)));
  EXPECT_FALSE(fs::exists(stopped.at(6) / "left from before"));
  EXPECT_FALSE(fs::exists(stopped.at(6).native() + ".unfinished"));
}

TEST(Checkpoints, TheAnchorsOfTheNewestStay) {
  const Directory directory;
  const auto plan = plan_of();
  auto state = train::start(plan.recipe, train::build_network(plan), plan.horizon);
  for (const std::int64_t step : {0, 4, 6, 7, 8}) {
    state.step = step;
    train::write_checkpoint(train::snapshot(state, {}), directory.path);
  }
  const auto at = [&](std::int64_t step) { return train::checkpoint_at(directory.path, step); };
  train::remove_superseded(directory.path, {.newest = 2, .anchor_every = 4});
  EXPECT_THAT(train::list_checkpoints(directory.path), ElementsAre(at(4), at(7), at(8)));
  std::ofstream(at(7) / "manifest.json") << "damaged";
  train::remove_superseded(directory.path, {.newest = 2, .anchor_every = 4});
  EXPECT_THAT(train::list_checkpoints(directory.path), ElementsAre(at(7), at(8)));
}

TEST(Checkpoints, HoldTheLossesSinceTheLastLineOfTheLog) {
  const auto plan = plan_of({"log.every_steps=5"});
  const Directory directory;
  run(plan, {.directory = directory.path / "whole"});
  for (const std::int64_t stop : {3, 7, 14}) {
    const auto parts = directory.path / std::to_string(stop);
    EXPECT_FALSE(run(plan, {.directory = parts, .stop_at = stop}).finished);
    EXPECT_TRUE(run(plan, {.directory = parts}).finished);
    expect_same_run(parts, directory.path / "whole");
  }
}

class ScheduleFreeCheckpoints : public ::testing::TestWithParam<std::string> {};

TEST_P(ScheduleFreeCheckpoints, HoldTheAverageOfTheirStep) {
  const Stopped stopped({"averaging=[]", "optimizer.kind=schedule_free_sgd",
                         "early_stopping={ patience = 2 }", "evaluation.weights=" + GetParam()});
  for (const std::int64_t step : {4, 6, 7}) {
    auto state =
        train::start(stopped.plan.recipe, train::build_network(stopped.plan), stopped.plan.horizon);
    train::load_checkpoint(state, stopped.at(step));
    std::vector<at::Tensor> saved;
    for (const auto& [name, tensor] : state.averages.at(0).tensors) saved.push_back(tensor.clone());
    train::refresh_averages(state, stopped.plan.recipe);
    for (std::size_t i = 0; i < state.network->parameters().size(); ++i) {
      const auto& [name, fresh] = state.averages.at(0).tensors[i];
      EXPECT_TRUE(at::equal(saved[i], fresh)) << name << " at step " << step;
      if (step != 6) continue;  // the first evaluation is the best so far
      EXPECT_TRUE(at::equal(state.best->averaged.at(0)[i].second, fresh)) << name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ScheduleFreeCheckpoints, ::testing::Values("raw", "averaged"),
                         [](const auto& weights) { return weights.param; });

}  // namespace
}  // namespace temper::run
