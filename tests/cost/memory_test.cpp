#include "temper/cost/memory.h"

#include <ATen/ops/empty.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "temper/core/error.h"
#include "temper/cost/allocations.h"
#include "temper/cost/heap_model.h"
#include "temper/cost/machine_memory.h"
#include "tests/train/small_run.h"

namespace temper::cost {
namespace {

train::Plan plan_with_batch(std::int64_t batch) {
  return train::plan(train::small::recipe({"data.batch_size=" + std::to_string(batch)}),
                     train::small::dataset(64));
}

TEST(Allocations, SizesAreLinearInTheBatch) {
  const Allocations allocations([](std::int64_t batch) {
    const auto images = at::empty({batch, 100}, at::kFloat);
    if (batch == Allocations::kMore) at::empty({7000}, at::kFloat);  // a kernel's scratch
    const auto weights = at::empty({500}, at::kFloat);
    const auto answers = at::empty({batch * 10 + 30}, at::kFloat);
  });
  std::vector<std::pair<std::int64_t, std::int64_t>> made;
  for (const auto& event : allocations.events())
    if (!event.release) made.emplace_back(event.fixed, event.per_image);
  EXPECT_THAT(made, ::testing::ElementsAre(std::pair{0L, 400L}, std::pair{28000L, 0L},
                                           std::pair{2000L, 0L}, std::pair{120L, 40L}));
  EXPECT_EQ(allocations.events().size(), 8U) << "all are released";
}

TEST(HeapModel, KeepsTheMostThatThereWasWithItsHoles) {
  constexpr std::int64_t kMiB = 1 << 20;
  HeapModel heap;
  EXPECT_EQ(heap.size(), HeapModel::kReserve);
  heap.allocate(40 * kMiB);
  heap.release(40 * kMiB);
  heap.allocate(10 * kMiB);
  EXPECT_EQ(heap.size(),
            HeapModel::kReserve + static_cast<std::int64_t>(40 * HeapModel::kFragmentation * kMiB));
}

TEST(Memory, GrowsWithTheBatch) {
  const auto few = memory_need(plan_with_batch(4));
  const auto many = memory_need(plan_with_batch(48));
  EXPECT_GT(few.process, 0U);
  EXPECT_EQ(few.model, many.model);
  EXPECT_EQ(many.loader, 12 * few.loader);
  EXPECT_GE(many.working, few.working);
  EXPECT_EQ(few.total, few.process + few.model + few.loader + few.working);
}

TEST(Memory, OfAnAttackIsThatOfPassesWithGradients) {
  const auto working = [](std::vector<std::string> sets) {
    sets.insert(sets.end(), {"data.batch_size=2", "data.validation=0.5"});
    return memory_need(train::plan(train::small::recipe(sets), train::small::dataset(64))).working;
  };
  EXPECT_GT(working({"evaluation.attack={}"}), working({}));
}

TEST(Memory, OfADividedOptimizerIsThatOfAPart) {
  const auto plan =
      train::plan(train::small::recipe({"optimizer={kind='adamw'}", "shard_optimizer=true",
                                        "model.depth=20", "averaging=[]"}),
                  train::small::dataset(64));
  const auto alone = memory_need(plan);
  const auto two = memory_need(plan, 2);
  const auto many = memory_need(plan, 64);
  EXPECT_LT(two.model, alone.model);
  EXPECT_LT(many.model, two.model);
  // Of weights and two moments, there and in the copy, the weights are left, and what is on its
  // way.
  EXPECT_LT(many.model, alone.model * 2 / 3);
}

TEST(Memory, ABatchBeyondTheMachineIsRefusedWithOneThatFits) {
  auto plan = plan_with_batch(8);
  plan.recipe.data.batch = std::int64_t{1} << 40;
  try {
    require_memory(plan);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("would fit"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("data.batch_size = 1099511627776"));
  }
  plan.recipe.data.batch = 8;
  EXPECT_NO_THROW(require_memory(plan));
}

TEST(Memory, OfFreedTensorsIsReturnedBetweenTrainingSizes) {
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "the sanitizer has a heap of its own";
#endif
  train::prepare_thread(plan_with_batch(8));
  constexpr std::int64_t kBlock = 1 << 20;
  const auto hold = [](std::int64_t blocks) {
    std::vector<at::Tensor> large;
    std::vector<at::Tensor> between;  // so that the freed blocks are holes
    for (std::int64_t i = 0; i < blocks; ++i) {
      large.push_back(at::empty({kBlock}, at::kByte).fill_(1));
      between.push_back(at::empty({8192}, at::kByte).fill_(1));
    }
    return between;
  };
  const auto between = hold(64);
  const auto kept = resident_memory();
  train::release_memory();
  EXPECT_LT(resident_memory() + static_cast<std::uint64_t>(32 * kBlock), kept);
}

/// A root directory with the files of the kernel.
class Machine : public ::testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) const { root.write(file, text); }
  [[nodiscard]] std::uint64_t available() const { return available_memory(root.path); }
  train::small::Directory root;
};

TEST_F(Machine, WithoutAnythingItCannotBeTold) {
  EXPECT_EQ(available(), 0U);
}

TEST_F(Machine, HasWhatIsFree) {
  write("proc/meminfo", "MemTotal:  100 kB\nMemAvailable:   40 kB\n");
  EXPECT_EQ(available(), 40U * 1024);
}

TEST_F(Machine, TheNarrowestGroupOfVersion2Counts) {
  write("proc/meminfo", "MemAvailable: 1000 kB\n");
  write("proc/self/cgroup", "0::/jobs/mine\n");
  write("sys/fs/cgroup/jobs/memory.max", "90000\n");
  write("sys/fs/cgroup/jobs/memory.current", "50000\n");
  write("sys/fs/cgroup/jobs/memory.stat", "anon 7\ninactive_file 20000\n");
  write("sys/fs/cgroup/jobs/mine/memory.max", "max\n");
  write("sys/fs/cgroup/jobs/mine/memory.current", "50000\n");
  EXPECT_EQ(available(), 60000U);
}

TEST_F(Machine, Version1WithTheContainersGroupMountedAtTheTop) {
  write("proc/meminfo", "MemAvailable: 1000 kB\n");
  write("proc/self/cgroup", "5:cpu,memory:/docker/abc\n0::/\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "70000\n");
  write("sys/fs/cgroup/memory/memory.usage_in_bytes", "80000\n");
  write("sys/fs/cgroup/memory/memory.stat", "total_inactive_file 30000\n");
  EXPECT_EQ(available(), 20000U);
}

}  // namespace
}  // namespace temper::cost
