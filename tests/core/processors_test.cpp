#include "temper/core/processors.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace temper {
namespace {

namespace fs = std::filesystem;

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
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "temper-processors-XXXXXX").string();
    root = mkdtemp(name.data());
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }

  fs::path root;
};

TEST_F(ProcessorTime, IsUnlimitedWithoutALimit) {
  EXPECT_FALSE(processor_time_limit(root).has_value());
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/abc\n0::/jobs\n");
  write("sys/fs/cgroup/jobs/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_FALSE(processor_time_limit(root).has_value());
}

TEST_F(ProcessorTime, IsTheLowestOfTheGroupsOfVersion2) {
  write("proc/self/cgroup", "0::/jobs/mine\n");
  write("sys/fs/cgroup/jobs/cpu.max", "150000 100000\n");
  write("sys/fs/cgroup/jobs/mine/cpu.max", "400000 100000\n");
  EXPECT_EQ(processor_time_limit(root), 1.5);
}

TEST_F(ProcessorTime, IsThatOfVersion1WithTheContainersGroupMountedAtTheTop) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/abc\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
  write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(processor_time_limit(root), 2);
}

}  // namespace
}  // namespace temper
