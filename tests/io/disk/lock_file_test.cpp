#include "temper/io/disk/lock_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "temper/io/disk/descriptor.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

TEST(LockFile, IsHeldAsLongAsItsObject) {
  const Folder folder;
  const auto path = folder.path() / ".lock";
  EXPECT_FALSE(LockFile::is_held(path));
  EXPECT_FALSE(std::filesystem::exists(path)) << "looking creates nothing";
  {
    const LockFile lock(path, "a run");
    if (!lock.works()) GTEST_SKIP() << "a file system without locks";
    EXPECT_TRUE(LockFile::is_held(path));
    EXPECT_FALSE(LockFile::attempt(path));
    EXPECT_THROW(LockFile(path, "a run"), Error);
  }
  EXPECT_FALSE(LockFile::is_held(path));
}

TEST(LockFile, WhoLooksKeepsNobodyFromTakingIt) {
  const Folder folder;
  const auto path = folder.path() / ".lock";
  {
    const LockFile first(path, "a run");
  }
  auto shared = open_file(path, O_RDONLY, "read");
  ASSERT_EQ(::flock(shared.get(), LOCK_SH | LOCK_NB), 0);  // as is_held() has it for an instant
  std::thread looks([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    shared.close();
  });
  EXPECT_NO_THROW(LockFile(path, "a run"));
  looks.join();
}

}  // namespace
}  // namespace temper::io::test
