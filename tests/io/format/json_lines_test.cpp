#include "temper/io/format/json_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "temper/io/disk/read_file.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

void put(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

TEST(JsonLines, ComeBackAsWritten) {
  const Folder folder;
  JsonLines log(folder / "log");
  log.append({{"step", 1}, {"loss", 0.1}});
  log.append({{"text", "two\nlines"}});
  EXPECT_THAT(read_json_lines(folder / "log"),
              ElementsAre(json{{"step", 1}, {"loss", 0.1}}, json{{"text", "two\nlines"}}));
}

TEST(JsonLines, AreOnTheDiskAsSoonAsTheyAreAppended) {
  const Folder folder;
  JsonLines log(folder / "log");
  log.append({{"a", 1}});
  EXPECT_EQ(read_text(folder / "log"), "{\"a\":1}\n");
}

TEST(JsonLines, ReplaceNanByNullAndEscapeInvalidUtf8) {
  const Folder folder;
  JsonLines(folder / "log")
      .append({{"loss", std::numeric_limits<double>::quiet_NaN()}, {"name", "\xff"}});
  EXPECT_EQ(read_text(folder / "log"), "{\"loss\":null,\"name\":\"\\\\xff\"}\n");
}

TEST(JsonLines, SkipAnIncompleteLastLine) {
  const Folder folder;
  put(folder / "log", "{\"a\":1}\n{\"a\":2}\n{\"a\":");
  EXPECT_EQ(read_json_lines(folder / "log").size(), 2U);
}

TEST(JsonLines, ContinueAfterAnIncompleteLastLine) {
  const Folder folder;
  put(folder / "log", "{\"a\":1}\n{\"text\":\"" + std::string(10'000, 'x'));
  JsonLines(folder / "log").append({{"a", 2}});
  EXPECT_EQ(read_text(folder / "log"), "{\"a\":1}\n{\"a\":2}\n");
  put(folder / "one", "{\"a\"");
  JsonLines(folder / "one").append({{"a", 2}});
  EXPECT_EQ(read_text(folder / "one"), "{\"a\":2}\n");
}

TEST(JsonLines, KeepACompleteLastLineWithoutItsLineFeed) {
  const Folder folder;
  put(folder / "log", "{\"a\":1}\n{\"a\":2}");
  EXPECT_EQ(read_json_lines(folder / "log").size(), 2U);
  JsonLines(folder / "log").append({{"a", 3}});
  EXPECT_EQ(read_text(folder / "log"), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
}

TEST(JsonLines, NameTheBrokenLineInTheMiddle) {
  const Folder folder;
  for (const char* const broken : {"{\"a\":", "", "3", "[1]", "{} {}", "{\"a\":\"\xff\"}"}) {
    put(folder / "log", std::string("{\"a\":1}\n") + broken + "\n{\"a\":3}\n");
    const Error error = error_of([&] { read_json_lines(folder / "log"); });
    EXPECT_EQ(error.code(), Code::data);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("log:2: "), HasSubstr("expected one JSON object")));
  }
}

TEST(JsonLines, OfAnEmptyFileAreNone) {
  const Folder folder;
  put(folder / "log", "");
  EXPECT_TRUE(read_json_lines(folder / "log").empty());
}

TEST(JsonLines, SayThatTheDiskIsFull) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  JsonLines log("/dev/full");
  const Error error = error_of([&] { log.append({{"a", 1}}); });
  EXPECT_EQ(error.code(), Code::io);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("/dev/full"), HasSubstr("No space left on device"),
                                  HasSubstr("Free space")));
}

TEST(JsonLines, SurviveDamage) {
  const Bytes valid =
      bytes_of("{\"a\":[1,2,{\"b\":\"c\\u00e4\"}]}\n{\"loss\":1.5e-3,\"x\":null}\n");
  survive_damage(valid, 1, [](const Bytes& bytes) {
    parse_json_lines({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "damaged");
  });
}

}  // namespace
}  // namespace temper::io::test
