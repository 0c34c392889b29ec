// The training loop with a journal in memory, as a process or a study may have one.
#include "temper/run/loop.h"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

#include "temper/io/format/safetensors.h"
#include "temper/run/run.h"
#include "temper/train/begin.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::ElementsAre;

/// 64 images, 51 to train on: epochs of 6 steps, 18 in all.
train::Plan plan_of(const std::vector<std::string>& sets = {}) {
  return train::plan(train::small::recipe(sets), train::small::dataset(64));
}

class MemoryJournal : public Journal {
 public:
  void record(const train::Event& event) override { events.push_back(event); }
  void save(const train::State& state, const Progress&) override { saved.push_back(state.step); }
  void check() override {}
  void wait() override {}
  [[nodiscard]] const train::small::fs::path& directory() const override { return directory_; }

  std::vector<train::Event> events;
  std::vector<std::int64_t> saved;  ///< steps

 private:
  train::small::fs::path directory_;
};

template <class T>
std::int64_t count(const std::vector<train::Event>& events) {
  return std::ranges::count_if(events,
                               [](const train::Event& e) { return std::holds_alternative<T>(e); });
}

TEST(Loop, TrainsWithoutADirectoryToTheWeightsOfARun) {
  const auto plan = plan_of();
  train::prepare_thread(plan);
  auto state = train::begin(plan);
  Progress progress;
  MemoryJournal journal;
  Loop loop(plan, state, progress, journal, {});
  EXPECT_TRUE(loop.train());
  EXPECT_EQ(state.step, 18);
  EXPECT_TRUE(progress.evaluated);
  EXPECT_GT(progress.times.forward, 0);
  EXPECT_EQ(count<train::Stepped>(journal.events), 18);
  EXPECT_EQ(count<train::Evaluated>(journal.events), 3);
  EXPECT_THAT(journal.saved, ElementsAre(4, 8, 12, 16, 18)) << "every 4 steps, and the last one";

  const train::small::Directory folder;
  run(plan, {.directory = folder.path / "run"});
  const io::Safetensors written(folder.path / "run" / "model.safetensors");
  for (const auto& [name, value] : train::weights(*state.network))
    EXPECT_TRUE(at::equal(value, train::to_tensor(written.at(name)))) << name;
}

TEST(Loop, SavesTheStateAtWhichItIsStopped) {
  const auto plan = plan_of();
  train::prepare_thread(plan);
  auto state = train::begin(plan);
  Progress progress;
  MemoryJournal journal;
  Loop first(plan, state, progress, journal, {.stop_at = 7});
  EXPECT_FALSE(first.train());
  EXPECT_EQ(state.step, 7);
  EXPECT_THAT(journal.saved, ElementsAre(4, 7));
  Loop second(plan, state, progress, journal, {});
  EXPECT_TRUE(second.train());
  EXPECT_EQ(state.step, 18);
  EXPECT_EQ(count<train::Evaluated>(journal.events), 3);
}

TEST(Loop, SaysWhichStatesARollbackMayGoBackTo) {
  const auto plan = plan_of({"guard={ nan = \"rollback\", anchor_every = 5 }"});
  auto state = train::begin(plan);
  Progress progress;
  MemoryJournal journal;
  const Loop loop(plan, state, progress, journal, {});
  EXPECT_TRUE(loop.needs_anchor());
  state.step = 4;
  EXPECT_FALSE(loop.needs_anchor());
  state.step = 10;
  EXPECT_TRUE(loop.needs_anchor());
}

}  // namespace
}  // namespace temper::run
