#include "temper/io/disk/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "temper/io/disk/read_file.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(AtomicFile, WritesWhatItIsGivenAndLeavesNothingElse) {
  const Folder folder;
  write_atomically(folder / "a", "first\n");
  write_atomically(folder / "a", bytes_of("second"));
  write_atomically(folder / "b", [](AtomicFile& file) {
    file.write("one, ");
    file.write("two");
  });
  EXPECT_EQ(read_text(folder / "a"), "second");
  EXPECT_EQ(read_text(folder / "b"), "one, two");
  EXPECT_EQ(folder.files(), 2U);
}

TEST(AtomicFile, HasTheTimeThatItIsGiven) {
  const Folder folder;
  for (const std::int64_t time : {1'700'000'000'123'456'789, 5'000'000'000}) {
    write_atomically(folder / "a", [time](AtomicFile& file) {
      file.write("text");
      file.set_modified(time);
    });
    EXPECT_EQ(stamp_of(folder / "a"), (FileStamp{.size = 4, .modified = time}));
  }
}

TEST(AtomicFile, WritesANewFileOnlyWhereThereIsNone) {
  const Folder folder;
  write_new_file(folder / "a", "first");
  try {
    write_new_file(folder / "a", "second");
    FAIL() << "it was overwritten";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::io);
    EXPECT_THAT(error.what(), HasSubstr("already exists"));
  }
  EXPECT_EQ(read_text(folder / "a"), "first");
}

TEST(AtomicFile, KeepsTheOldFileWhenTheWriterFails) {
  const Folder folder;
  write_atomically(folder / "a", "old");
  EXPECT_THROW(write_atomically(folder / "a",
                                [](AtomicFile& file) {
                                  file.write("half of the n");
                                  throw std::runtime_error("stop");
                                }),
               std::runtime_error);
  EXPECT_EQ(read_text(folder / "a"), "old");
  EXPECT_EQ(folder.files(), 1U);
}

TEST(AtomicFile, KeepsTheOldFileWhenAWriteFails) {
  const Folder folder;
  write_atomically(folder / "a", "old");
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // the limit must not apply to the other tests
    const rlimit limit{.rlim_cur = 4096, .rlim_max = 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
    try {
      write_atomically(folder / "a", std::string(100'000, 'x'));
    } catch (const Error& error) {
      const std::string what = error.what();
      const bool clear = what.find("cannot write") != std::string::npos &&
                         what.find("File too large") != std::string::npos;
      ::_exit(error.code() == Code::io && clear ? 0 : 2);
    }
    ::_exit(1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_text(folder / "a"), "old");
  EXPECT_EQ(folder.files(), 1U);
}

TEST(AtomicFile, IsAbsentOrWholeAfterAKill) {
  const Folder folder;
  write_atomically(folder / "a", "old");
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    AtomicFile file(folder / "a");
    file.write("half of the n");
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(read_text(folder / "a"), "old");
  EXPECT_EQ(folder.files(), 2U);
  write_atomically(folder / "a", "new");
  remove_temporaries(folder.path());
  EXPECT_EQ(read_text(folder / "a"), "new");
  EXPECT_EQ(folder.files(), 1U);
}

TEST(AtomicFile, SaysWhichFolderIsMissing) {
  const Folder folder;
  const Error error = error_of([&] { write_atomically(folder / "no/such", "x"); });
  EXPECT_EQ(error.code(), Code::io);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("no/such"), HasSubstr("No such file or directory")));
}

TEST(AtomicFile, SaysThatThePathIsAFolder) {
  const Folder folder;
  std::filesystem::create_directory(folder / "a");
  EXPECT_THAT(error_of([&] { write_atomically(folder / "a", "x"); }).what(),
              HasSubstr("Is a directory"));
  EXPECT_EQ(folder.files(), 1U);
}

TEST(AtomicFile, WritesBesideANameWithoutAFolder) {
  const Folder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  write_atomically("plain", "x");
  std::filesystem::current_path(before);
  EXPECT_EQ(read_text(folder / "plain"), "x");
}

TEST(ReadFile, RefusesWhatIsTooLargeMissingOrNotAFile) {
  const Folder folder;
  std::ofstream(folder / "five") << "12345";
  EXPECT_EQ(read_file(folder / "five", 5).size(), 5U);
  EXPECT_EQ(error_of([&] { read_file(folder / "five", 4); }).code(), Code::data);
  EXPECT_EQ(error_of([&] { read_file(folder / "six", 4); }).code(), Code::io);
  EXPECT_EQ(error_of([&] { read_file(folder.path(), 4); }).code(), Code::io);
}

}  // namespace
}  // namespace temper::io::test
