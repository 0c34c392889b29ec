// Runs in several processes, as threads of this one, that divide the optimizer's state.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/run/folder_journal.h"
#include "temper/run/follower_journal.h"
#include "temper/run/loop.h"
#include "temper/train/begin.h"
#include "temper/train/share_state.h"
#include "tests/run/same_run.h"
#include "tests/support/ranks_of_threads.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = train::small::fs;

/// Trains a run of 18 steps in its directory, or goes on with it.
void train_in(const fs::path& directory, std::int64_t ranks, const std::vector<std::string>& sets,
              std::optional<std::int64_t> stop_at = {}) {
  test::in_ranks(ranks, [&](distributed::Group& group) {
    const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
    const auto plan = train::plan(train::small::recipe(sets), train::small::dataset(64), shared);
    auto state = train::begin(plan);
    Progress progress;
    std::unique_ptr<Journal> journal;
    if (group.leads()) {
      auto folder = std::make_unique<FolderJournal>(plan, directory);
      folder->restore(state, progress, {});
      folder->begin(state, progress, {}, {});
      journal = std::move(folder);
    } else {
      journal = std::make_unique<FollowerJournal>(directory);
    }
    const auto manifest = train::share_state(
        state, {.evaluated = progress.evaluated, .best_metric = progress.best_metric}, group);
    progress.evaluated = manifest.evaluated;
    progress.best_metric = manifest.best_metric;
    EXPECT_EQ(state.shards != nullptr, plan.recipe.shard_optimizer);
    Loop loop(plan, state, progress, *journal, {.stop_at = stop_at});
    EXPECT_EQ(loop.train(), !stop_at.has_value());
    journal->wait();
  });
}

std::vector<std::string> divided(std::vector<std::string> sets) {
  sets.emplace_back("shard_optimizer=true");
  return sets;
}

TEST(ShardOptimizer, GivesTheFilesOfARunThatDoesNot) {
  const std::vector<std::vector<std::string>> recipes{
      {"optimizer={kind='muon'}", "checkpoint.best=validation_loss"},
      {"optimizer={kind='schedule_free_adamw', lr=0.01}", "averaging=[]"}};
  for (const auto& sets : recipes) {
    const train::small::Directory folder;
    train_in(folder.path / "whole", 2, sets);
    train_in(folder.path / "divided", 2, divided(sets));
    expect_same_run(folder.path / "whole", folder.path / "divided");
  }
}

TEST(ShardOptimizer, GoesOnWithOtherNumbersOfProcesses) {
  const std::vector<std::string> sets{"optimizer={kind='adamw'}", "lookahead={k=3}"};
  const train::small::Directory folder;
  const auto whole = folder.path / "whole";
  const auto moved = folder.path / "moved";
  train_in(whole, 3, sets, 5);
  train_in(moved, 3, divided(sets), 5);
  expect_same_run(whole, moved);
  train_in(whole, 2, sets, 9);
  train_in(moved, 2, divided(sets), 9);
  expect_same_run(whole, moved);
  train_in(moved, 2, sets, 11);  // also without
  train_in(whole, 2, sets, 11);
  expect_same_run(whole, moved);
}

TEST(ShardOptimizer, IsTheSameOnAllRanks) {
  for (const std::string other : {"shard_optimizer=false", "checkpoint.every_steps=5"}) {
    try {
      test::in_ranks(2, [&](distributed::Group& group) {
        const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
        auto sets = divided({});
        if (!group.leads()) sets.push_back(other);
        (void)train::plan(train::small::recipe(sets), train::small::dataset(64), shared);
      });
      FAIL() << "nothing is refused: " << other;
    } catch (const Error& error) {
      EXPECT_NE(error.message().find("rank 1 has another recipe than rank 0"), std::string::npos)
          << error.message();
    }
  }
}

TEST(ShardOptimizer, SavesByTheClockOnAllRanksAtOnce) {
  const train::small::Directory folder;
  train_in(folder.path, 2,
           divided({"checkpoint={every_minutes=1e-9, keep=100}", "optimizer={kind='sgd'}"}), 4);
  EXPECT_GE(train::list_checkpoints(folder.path / "checkpoints").size(), 3U);
}

}  // namespace
}  // namespace temper::run
