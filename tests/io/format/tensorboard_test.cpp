#include "temper/io/format/tensorboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "temper/io/disk/read_file.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::HasSubstr;

// A record begins with its length in eight bytes; twelve more bytes frame the data.
std::vector<std::string> records_of(std::string_view file) {
  std::vector<std::string> records;
  while (file.size() >= 16) {
    const std::size_t size = 16 + static_cast<unsigned char>(file[0]);
    records.emplace_back(file.substr(0, size));
    file.remove_prefix(std::min(size, file.size()));
  }
  EXPECT_TRUE(file.empty());
  return records;
}

TEST(TensorBoard, WritesTheBytesOfTensorBoardsOwnWriter) {
  const auto expected = records_of(read_text(golden / "scalars.tfevents"));
  ASSERT_EQ(expected.size(), 5U);
  const Folder folder;
  EventWriter writer(folder / "events", 20);
  writer.scalar("loss/train", 20, 2.302585, 1700000000.5);  // NOLINT(modernize-use-std-numbers)
  writer.scalar("accuracy", std::int64_t{1} << 40, 0.0, 1700000001.75);
  writer.scalar("\xc3\xbc", 0, -1.5, 1700000002.0);
  writer.flush();
  const auto found = records_of(read_text(writer.path()));
  ASSERT_EQ(found.size(), expected.size());
  // The first two contain the current time: everything except it and its checksum is compared.
  const std::size_t time_begin = 12, time_end = 12 + 9;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    ASSERT_EQ(found[i].size(), expected[i].size());
    EXPECT_EQ(found[i].substr(0, time_begin), expected[i].substr(0, time_begin));
    EXPECT_EQ(found[i].substr(time_end, found[i].size() - time_end - 4),
              expected[i].substr(time_end, expected[i].size() - time_end - 4));
  }
  for (std::size_t i = 2; i < expected.size(); ++i) EXPECT_EQ(found[i], expected[i]);
}

TEST(TensorBoard, FramesARecordAsTensorBoardDoes) {
  for (const std::string& record : records_of(read_text(golden / "scalars.tfevents")))
    EXPECT_EQ(tf_record(record.substr(12, record.size() - 16)), record);
}

TEST(TensorBoard, GivesEachWriterAFileOfItsOwn) {
  const Folder folder;
  const EventWriter first(folder.path());
  const EventWriter second(folder.path());
  EXPECT_NE(first.path(), second.path());
  EXPECT_THAT(first.path().filename().string(), HasSubstr("tfevents"));
}

TEST(TensorBoard, SortsAfterOlderFilesAlsoIfTheClockWasSetBack) {
  const Folder folder;
  const auto future = folder.path() / "events.out.tfevents.9999999990.1.0.temper";
  std::ofstream(future) << "written by a clock that was ahead";
  const EventWriter writer(folder.path());
  EXPECT_GT(writer.path().filename(), future.filename());
}

TEST(TensorBoard, FlushesInItsDestructor) {
  const Folder folder;
  std::filesystem::path path;
  std::uintmax_t before = 0;
  {
    EventWriter writer(folder.path());
    path = writer.path();
    before = std::filesystem::file_size(path);
    writer.scalar("a", 1, 2);
  }
  EXPECT_GT(std::filesystem::file_size(path), before);
}

TEST(TensorBoard, SaysWhereItCannotWrite) {
  const Error error = error_of([] { const EventWriter writer("/dev/null/events"); });
  EXPECT_EQ(error.code(), Code::io);
  EXPECT_THAT(error.what(), HasSubstr("/dev/null/events"));
}

}  // namespace
}  // namespace temper::io::test
