// The training loop in several processes, as threads of this one.
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/stop_flag.h"
#include "temper/cost/preflight.h"
#include "temper/run/loop.h"
#include "temper/train/begin.h"
#include "temper/train/compare_bad_images.h"
#include "tests/support/ranks_of_threads.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = train::small::fs;

class MemoryJournal : public Journal {
 public:
  void record(const train::Event& event) override {
    events.push_back(event);
    const auto* stepped = std::get_if<train::Stepped>(&event);
    if (stepped != nullptr && stepped->step == stop_after) stop.set();
  }
  void save(const train::State& state, const Progress&) override { saved.push_back(state.step); }
  void check() override {}
  void wait() override {}
  [[nodiscard]] const fs::path& directory() const override { return directory_; }

  std::int64_t stop_after = 0;  ///< the step after which this process is told to stop; 0: none
  StopFlag stop;
  std::vector<train::Event> events;
  std::vector<std::int64_t> saved;

 private:
  fs::path directory_;
};

/// What a rank has at the end.
struct Outcome {
  bool finished = false;
  std::int64_t step = 0;
  std::vector<at::Tensor> tensors;
  std::vector<double> scores;  ///< losses of the evaluations
  std::vector<std::int64_t> saved;
};

/// Runs of 18 steps in three epochs.
/// @param prepare  called with the journal of each rank
std::vector<Outcome> trained(
    std::int64_t ranks, const std::vector<std::string>& sets = {},
    const std::function<void(std::int64_t rank, MemoryJournal&)>& prepare = {}) {
  std::vector<Outcome> outcomes(static_cast<std::size_t>(ranks));
  test::in_ranks(ranks, [&](distributed::Group& group) {
    const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
    const auto plan = train::plan(train::small::recipe(sets), train::small::dataset(64), shared);
    auto state = train::begin(plan);
    Progress progress;
    MemoryJournal journal;
    if (prepare) prepare(group.rank(), journal);
    Loop loop(plan, state, progress, journal, {.stop = &journal.stop});
    auto& outcome = outcomes[static_cast<std::size_t>(group.rank())];
    outcome.finished = loop.train();
    outcome.step = state.step;
    outcome.saved = journal.saved;
    for (const auto& [name, value] : train::weights(*state.network))
      outcome.tensors.push_back(value.detach().clone());
    for (const auto& event : journal.events)
      if (const auto* found = std::get_if<train::Evaluated>(&event))
        outcome.scores.push_back(found->averaged->validation->loss);
  });
  return outcomes;
}

void expect_same(const Outcome& a, const Outcome& b) {
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.scores, b.scores);
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (std::size_t i = 0; i < a.tensors.size(); ++i)
    EXPECT_TRUE(at::equal(a.tensors[i], b.tensors[i])) << i;
}

TEST(LoopInRanks, GivesTheSameOnAllRanksEachTime) {
  const auto once = trained(2);
  EXPECT_TRUE(once.front().finished);
  EXPECT_EQ(once.front().step, 18);
  EXPECT_EQ(once.front().scores.size(), 3);
  expect_same(once.front(), once.back());
  const auto again = trained(2);
  expect_same(once.front(), again.front());
}

TEST(LoopInRanks, StopsInTheSameStepWhenOneIsToldTo) {
  const auto found = trained(3, {}, [](std::int64_t rank, MemoryJournal& journal) {
    if (rank == 2) journal.stop_after = 7;
  });
  for (const auto& one : found) {
    EXPECT_FALSE(one.finished);
    EXPECT_EQ(one.step, 8) << "told before the step, agreed with it";
    EXPECT_EQ(one.saved.back(), 8);
  }
}

TEST(LoopInRanks, StopsInAnEvaluationWhenOneIsToldTo) {
  const auto found = trained(2, {}, [](std::int64_t rank, MemoryJournal& journal) {
    if (rank == 1) journal.stop_after = 6;
  });
  for (const auto& one : found) {
    EXPECT_FALSE(one.finished);
    EXPECT_EQ(one.step, 6);
    EXPECT_TRUE(one.scores.empty());
  }
}

TEST(LoopInRanks, TrainsOnBatchesThatCannotBeDividedEvenly) {
  const auto found = trained(3, {"sync_bn=true", "data.micro_batches=2"});
  EXPECT_TRUE(found.front().finished);
  expect_same(found.front(), found.back());
}

TEST(LoopInRanks, TrainsWithAPerturbationOfTheWholeBatch) {
  const auto found =
      trained(3, {R"(adversarial={ kind = "free", replays = 4 })", "data.micro_batches=2",
                  R"(mixing={ methods = ["mixup"], mode = "elem" })"});
  EXPECT_TRUE(found.front().finished);
  for (const auto& one : found) expect_same(found.front(), one);
}

TEST(LoopInRanks, MixesWhatAStageGivesWithinEachRank) {
  const auto found = trained(
      2,
      {R"(mixing={ methods = [{ kind = "manifold_mixup", stages = [1] }], across_ranks = false })",
       "sync_bn=true"});
  EXPECT_TRUE(found.front().finished);
  expect_same(found.front(), found.back());
}

TEST(PlanInRanks, HasTheImagesOfAllRanksInABatch) {
  test::in_ranks(2, [](distributed::Group& group) {
    const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
    auto recipe = train::small::recipe();
    recipe.data.batch_per_rank = 4;
    const auto data = train::small::dataset(64);
    EXPECT_THROW((void)train::plan(recipe, data, shared), Error) << "it gives data.batch_size, too";
    recipe.places.erase("data.batch_size");
    const auto plan = train::plan(recipe, data, shared);
    EXPECT_EQ(plan.recipe.data.batch, 8);
    EXPECT_EQ(plan.recipe.data.batch_per_rank, 0);
    EXPECT_EQ(plan.batch_per_rank, 4);
    EXPECT_EQ(plan.own_batch(), 4);
    EXPECT_EQ(plan.fingerprint, train::plan(train::small::recipe(), data, shared).fingerprint);
  });
}

TEST(LoopInRanks, RefusesTheSameImagesOnlyWhereAllRanksHaveThem) {
  for (const bool all : {false, true}) {
    test::in_ranks(2, [all](distributed::Group& group) {
      const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
      const auto plan = train::plan(train::small::recipe(), train::small::dataset(64), shared);
      const auto state = train::begin(plan);
      const double pixel = group.leads() || all ? 0.5 : 0.25;
      data::Batch batch;
      batch.views = {at::full({4, 1, 12, 12}, pixel, at::kFloat)};
      batch.targets = at::full({4, 2}, 0.5, at::kFloat);
      batch.labels = at::zeros({4}, at::kLong);
      batch.labelled = at::ones({4}, at::kBool);
      batch.ids = at::zeros({4}, at::kLong);
      batch.all_rows = 8;
      bool refused = false;
      try {
        (void)cost::inspect_first_batch(plan, *state.network, batch);
      } catch (const Error&) {
        refused = true;
      }
      EXPECT_EQ(refused, all);
    });
  }
}

TEST(PlanInRanks, LeavesOutTheSameImagesOnAllRanks) {
  try {
    test::in_ranks(2, [](distributed::Group& group) {
      auto plan = train::plan(train::small::recipe(), train::small::dataset(64));
      plan.group = std::shared_ptr<distributed::Group>(&group, [](distributed::Group*) {});
      plan.bad = {{.image = 3, .where = "a", .reason = "damaged"}};
      train::compare_bad_images(plan);
      if (!group.leads()) plan.bad.clear();
      train::compare_bad_images(plan);
    });
    FAIL() << "nothing is refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "rank 1 can't read the same images as rank 0: of those to be evaluated it would "
              "leave out 0, and rank 0 1; make the same files readable on all machines");
  }
}

TEST(LoopInRanks, RefusesOtherRecipesAndData) {
  for (const bool other_data : {false, true}) {
    try {
      test::in_ranks(2, [&](distributed::Group& group) {
        const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
        const bool other = !group.leads();
        (void)train::plan(train::small::recipe({other && !other_data ? "seed=2" : "seed=1"}),
                          train::small::dataset(other && other_data ? 60 : 64), shared);
      });
      FAIL() << "nothing is refused";
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), other_data
                                     ? "rank 1 has another data set than rank 0; all ranks must "
                                       "train with the same recipe, the same --set options and "
                                       "the same data"
                                     : "rank 1 has another recipe than rank 0; all ranks must "
                                       "train with the same recipe, the same --set options and "
                                       "the same data");
    }
  }
}

}  // namespace
}  // namespace temper::run
