#include "temper/io/disk/folder.h"

#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/read_file.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

namespace fs = std::filesystem;

TEST(ReplaceFolder, PutsAFolderWhereThereIsNoneAndInThePlaceOfAnother) {
  const Folder folder;
  for (const auto* text : {"first", "second"}) {
    make_folder(folder / "new");
    write_atomically(folder / "new" / "a", text);
    if (text == std::string("first")) write_atomically(folder / "new" / "only first", text);
    replace_folder(folder / "new", folder / "there");
    EXPECT_EQ(read_text(folder / "there" / "a"), text);
    EXPECT_EQ(fs::exists(folder / "there" / "only first"), text == std::string("first"));
    EXPECT_FALSE(fs::exists(folder / "new"));
  }
  EXPECT_EQ(folder.files(), 1U);
}

TEST(ReplaceFolder, ThrowsAndLeavesWhatIsThereIfThereIsNothingToPut) {
  const Folder folder;
  make_folder(folder / "there");
  EXPECT_THROW(replace_folder(folder / "new", folder / "there"), Error);
  EXPECT_THROW(replace_folder(folder / "new", folder / "other"), Error);
  EXPECT_TRUE(fs::exists(folder / "there"));
}

TEST(DiscardFolder, RemovesAFolderAndWhatAKillHasLeftOfAnEarlierOne) {
  const Folder folder;
  make_folder(folder / "old" / "inside");
  make_folder(folder / "old.discarded" / "left");
  discard_folder(folder / "old");
  EXPECT_EQ(folder.files(), 0U);
  discard_folder(folder / "old");
  EXPECT_EQ(folder.files(), 0U);
}

TEST(DiscardFolder, WhatAKillHasLeftIsRemovedAlone) {
  const Folder folder;
  make_folder(folder / "old.discarded" / "left");
  make_folder(folder / "kept" / "inside");
  remove_discarded(folder.path());
  EXPECT_EQ(folder.files(), 1U);
  EXPECT_TRUE(fs::exists(folder / "kept" / "inside"));
}

}  // namespace
}  // namespace temper::io::test
