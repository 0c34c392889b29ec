#include "temper/io/disk/new_files.h"

#include <gtest/gtest.h>

#include "temper/io/disk/atomic_file.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

TEST(NewFiles, AreRemovedUnlessTheyAreComplete) {
  const Folder folder;
  {
    const NewFiles files({folder / "first", folder / "second"});
    write_atomically(folder / "first", "text");
    write_atomically(folder / "another", "text");
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "first"));
  {
    NewFiles files({folder / "first", folder / "second"});
    write_atomically(folder / "first", "text");
    write_atomically(folder / "second", "text");
    files.keep();
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "first"));
  EXPECT_TRUE(std::filesystem::exists(folder / "second"));
  EXPECT_TRUE(std::filesystem::exists(folder / "another"));
}

}  // namespace
}  // namespace temper::io::test
