#include "temper/io/disk/read_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "temper/io/disk/cached_file.h"
#include "temper/io/image/picture.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::HasSubstr;

std::filesystem::path written(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(FileReader, ReadsOneFileAfterTheOtherWithAndWithoutATimeout) {
  const Folder folder;
  const auto large = written(folder / "large", std::string(10'000, 'x'));
  const auto small = written(folder / "small", "few");
  const auto empty = written(folder / "empty", "");
  for (const double timeout : {0.0, 30.0}) {
    FileReader read;
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(text_of(read(large, {.timeout = timeout})), std::string(10'000, 'x'));
      EXPECT_EQ(text_of(read(small, {.timeout = timeout})), "few");
      EXPECT_EQ(text_of(read(empty, {.timeout = timeout})), "");
      EXPECT_EQ(text_of(read(large, {.part = FilePart{9'990, 5}, .timeout = timeout})), "xxxxx");
    }
  }
}

TEST(FileReader, ReportsErrors) {
  const Folder folder;
  const auto file = written(folder / "file", "0123456789");
  for (const double timeout : {0.0, 30.0}) {
    FileReader read;
    const auto refusal = [&](Code code, const std::filesystem::path& path, ReadOptions options) {
      options.timeout = timeout;
      const Error error = error_of([&] { read(path, options); });
      EXPECT_EQ(error.code(), code);
      return std::string(error.what());
    };
    EXPECT_THAT(refusal(Code::io, folder / "none", {}), HasSubstr("No such file"));
    EXPECT_EQ(refusal(Code::data, file, {.max_bytes = 9}),
              file.string() + ": a file of 10 bytes; expected at most 9");
    EXPECT_EQ(
        refusal(Code::data, file, {.max_bytes = 2, .part = FilePart{4, 3}}),
        file.string() + ": a part of 3 bytes, from byte 4 of the file on; expected at most 2");
    EXPECT_THAT(refusal(Code::data, file, {.part = FilePart{8, 3}}),
                HasSubstr("file is cut short: it has 10 bytes, expected 3 from byte 8 on"));
    EXPECT_EQ(text_of(read(file, {.timeout = timeout})), "0123456789")
        << "can be used after an error";
  }
}

TEST(CachedFile, HasWhatTheFileHasOrNothing) {
  const Folder folder;
  const auto path = written(folder / "file", "0123456789");
  EXPECT_FALSE(open_cached(folder / "none"));
  const auto file = open_cached(path);
  if (!file) GTEST_SKIP() << "this system can't read from the page cache only";
  std::array<std::byte, 16> bytes{};
  const auto size = read_cached(file, 4, bytes);
  EXPECT_LE(size, 6U);
  EXPECT_EQ(text_of(std::span(bytes).first(size)), std::string("456789").substr(0, size));
}

TEST(FileReader, RefusesAFileThatWasReplaced) {
  const Folder folder;
  const auto file = written(folder / "file", "0123456789");
  const FileStamp before = stamp_of(file);
  EXPECT_EQ(before.size, 10);
  FileReader read;
  for (const double timeout : {0.0, 30.0, 30.0})
    EXPECT_NO_THROW(read(file, {.timeout = timeout, .expected = before}));
  written(file, "0123");
  for (const double timeout : {0.0, 30.0})
    EXPECT_THAT(error_of([&] { read(file, {.timeout = timeout, .expected = before}); }).what(),
                HasSubstr("changed since the data set was opened (4 bytes, expected 10)"));
  written(file, "9876543210");
  std::filesystem::last_write_time(
      file, std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_THAT(error_of([&] { read(file, {.expected = before}); }).what(),
              HasSubstr("modified, but still 10 bytes"));
  EXPECT_EQ(stamp_of(folder / "none"), FileStamp{});
  EXPECT_EQ(error_of([&] { read(folder / "none", {.expected = before}); }).code(), Code::io);
}

TEST(FileReader, NamesAPipeAtOnce) {
  const Folder folder;
  const auto pipe = folder / "pipe.jpg";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(error_of([&] { FileReader()(pipe); }).what(),
            fmt::format("{}: cannot read: it is a named pipe; expected a file", pipe.string()));
}

// In its own process, because the fault is read only once.
TEST(FileReaderDeathTest, GivesUpAFileAfterTheTimeout) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const Folder folder;
        const auto stalled = written(folder / "stalled.jpg", "0123");
        const auto other = written(folder / "other.jpg", "4567");
        ::setenv("TEMPER_FAULT", "do=stall call=read path=stalled.jpg times=0", 1);
        Picture picture;
        const Error error = error_of([&] { picture.load(stalled, {}, {.timeout = 0.05}); });
        std::cerr << (error.code() == Code::io ? error.what() : "another error") << '\n';
        FileReader read;
        for (int i = 0; i < 2; ++i) {
          error_of([&] { read(stalled, {.timeout = 0.05}); });
          if (text_of(read(other, {.timeout = 30})) != "4567") std::exit(1);
        }
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "stalled.jpg: cannot read: no data within 0.05 seconds");
}

}  // namespace
}  // namespace temper::io::test
