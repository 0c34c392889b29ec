#include "temper/io/format/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

using Table = std::vector<std::pair<std::int64_t, std::vector<std::string>>>;

Table read(std::string_view text) {
  Table table;
  read_csv(text, "list.csv", [&](std::int64_t line, std::span<const std::string> fields) {
    table.emplace_back(line, std::vector<std::string>(fields.begin(), fields.end()));
  });
  return table;
}

std::string refusal(std::string_view text) {
  const Error error = error_of([&] { read(text); });
  EXPECT_EQ(error.code(), Code::data);
  return error.what();
}

TEST(Csv, ReadsRowsAndTheirLines) {
  const Table expected{{1, {"path", "label"}}, {2, {"a.jpg", "cat"}}, {4, {"b.jpg", ""}}};
  EXPECT_EQ(read("path,label\na.jpg,cat\n\nb.jpg,\n"), expected);
  EXPECT_EQ(read("path,label\r\na.jpg,cat\r\n\r\nb.jpg,"), expected) << "no end of the last line";
  EXPECT_EQ(read("path,label\ra.jpg,cat\r\rb.jpg,\r"), expected);
  EXPECT_EQ(read("\xEF\xBB\xBFpath,label\na.jpg,cat\n\nb.jpg,\n"), expected);
}

TEST(Csv, DetectsTheSeparatorInTheHeader) {
  const Table expected{{1, {"path", "label"}}, {2, {"a,b.jpg", "cat"}}};
  EXPECT_EQ(read("path;label\na,b.jpg;cat\n"), expected);
  EXPECT_EQ(read("path\tlabel\na,b.jpg\tcat\n"), expected);
  EXPECT_EQ(read("path\tlabel\tsize (w, h)\n").front().second.size(), 3U);
  EXPECT_EQ(read("path;label;size (w, h)\n").front().second.size(), 3U);
  EXPECT_EQ(read("path;\"label, first, or second\"\n").front().second.size(), 2U);
  EXPECT_THAT(read("path\na.jpg\n"),
              ElementsAre(Pair(1, ElementsAre("path")), Pair(2, ElementsAre("a.jpg"))));
}

TEST(Csv, QuotedFieldsHoldAnything) {
  const Table expected{{1, {"path", "label"}}, {2, {"a \"b\",\n\nc.jpg", "x"}}, {5, {"", "y"}}};
  EXPECT_EQ(read("\"path\",label\n\"a \"\"b\"\",\n\nc.jpg\",x\n\"\",y\n"), expected);
  EXPECT_THAT(read("path\na\"b\"\n"),
              ElementsAre(Pair(1, ElementsAre("path")), Pair(2, ElementsAre("a\"b\""))))
      << "a quote within an unquoted field is an ordinary character";
}

TEST(Csv, NamesTheLineThatIsWrong) {
  EXPECT_THAT(refusal("path,label\na.jpg,cat\nb.jpg\n"),
              HasSubstr("list.csv:3: 1 fields; the header has 2"));
  EXPECT_THAT(refusal("path,label\na.jpg,big, cat\n"), HasSubstr("list.csv:2: 3 fields"));
  EXPECT_THAT(refusal("path,label\n\na.jpg,\"cat\n"), HasSubstr("list.csv:3: a quote is opened"));
  EXPECT_THAT(refusal("path,label\na.jpg,\"cat\"s\n"),
              HasSubstr("list.csv:2: text after a closing"));
  EXPECT_THAT(refusal(std::string_view("path,label\na\0b,c\n", 17)),
              HasSubstr("list.csv:2: a zero"));
  EXPECT_THAT(refusal(""), HasSubstr("an empty table"));
  EXPECT_THAT(refusal("\n\n"), HasSubstr("an empty table"));
  EXPECT_THAT(refusal(std::string_view("\xFF\xFEp\0", 4)), HasSubstr("UTF-16; save it as UTF-8"));
}

TEST(Csv, SurvivesDamage) {
  survive_damage(bytes_of("path;label\n\"a;\"\"b\".jpg;cat\r\nc.jpg;\n"), 1,
                 [](const Bytes& bytes) {
                   read({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
                 });
}

}  // namespace
}  // namespace temper::io::test
