#include "temper/core/processors.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <optional>
#include <string>
#include <thread>

#include "tests/support/directory.h"

namespace temper {
namespace {

TEST(Processors, AreThoseThatAThreadMayRunOn) {
  const auto before = allowed_processors();
  EXPECT_GE(before, 1);
  std::int64_t restricted = 0;
  std::thread([&restricted] {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(::sched_getcpu(), &set);
    ASSERT_EQ(::sched_setaffinity(0, sizeof set, &set), 0);
    restricted = allowed_processors();
  }).join();
  EXPECT_EQ(restricted, 1);
  EXPECT_EQ(allowed_processors(), before);
}

class ProcessorTime : public ::testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) const { root.write(file, text); }
  [[nodiscard]] std::optional<double> limit() const { return processor_time_limit(root.path); }

  temper::testing::Directory root;
};

TEST_F(ProcessorTime, IsUnlimitedWithoutALimit) {
  EXPECT_FALSE(limit().has_value());
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/abc\n0::/jobs\n");
  write("sys/fs/cgroup/jobs/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_FALSE(limit().has_value());
}

TEST_F(ProcessorTime, IsTheLowestOfTheGroupsOfVersion2) {
  write("proc/self/cgroup", "0::/jobs/mine\n");
  write("sys/fs/cgroup/jobs/cpu.max", "150000 100000\n");
  write("sys/fs/cgroup/jobs/mine/cpu.max", "400000 100000\n");
  EXPECT_EQ(limit(), 1.5);
}

TEST_F(ProcessorTime, IsThatOfVersion1WithTheContainersGroupMountedAtTheTop) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/abc\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(limit(), 2);
}

}  // namespace
}  // namespace temper
