#include "temper/io/format/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/refusal.h"

namespace temper::io::test {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using ::testing::HasSubstr;

TEST(JsonText, IsWhatDumpWrites) {
  const json value{{"name", "Bär 猫"}, {"list", {1, 2.5, nullptr}}};
  EXPECT_EQ(json_text(value), value.dump());
  EXPECT_EQ(json_text(value, 2), value.dump(2));
}

TEST(JsonText, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(json_text(json{{"files", {"B\xE4r.png", "B\xF6r.png", "a\n"}}}),
            R"({"files":["B\\xe4r.png","B\\xf6r.png","a\n"]})");
  const ordered_json ordered{{"z", {{"deep", "\xED\xA0\x80"}}}, {"a", 1}};
  EXPECT_EQ(json_text(ordered), R"({"z":{"deep":"\\xed\\xa0\\x80"},"a":1})");
  EXPECT_TRUE(json::accept(json_text(json{{"\xE4", "\xE4"}}))) << "also as a key";
}

TEST(JsonText, HoldsNoControlCharacter) {
  const json value{{"name", "a\x1b[2J\x7F\xC2\x9B\xC2\xA0z"}};
  EXPECT_EQ(json_text(value), "{\"name\":\"a\\u001b[2J\\u007f\\u009b\xC2\xA0z\"}");
  EXPECT_EQ(json::parse(json_text(value)), value);
}

/// A list in a list in a list, and so on.
std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(ParsedJson, IsTheValueOrDiscarded) {
  EXPECT_EQ(parsed_json(R"({"a": [1, {"b": null}]})", "file"),
            json::parse(R"({"a":[1,{"b":null}]})"));
  EXPECT_TRUE(parsed_json("no json", "file").is_discarded());
  EXPECT_TRUE(parsed_json("", "file").is_discarded());
  EXPECT_TRUE(parsed_json("[1", "file").is_discarded());
}

TEST(ParsedJson, IsRefusedWhereItIsNestedTooDeep) {
  EXPECT_EQ(json_text(parsed_json(nested(kDeepestJson), "file")), nested(kDeepestJson));
  EXPECT_EQ(parsed_json(R"({"text": ")" + nested(200) + "\"}", "file")["text"].get<std::string>(),
            nested(200));
  for (const auto& text : {nested(kDeepestJson + 1), nested(200'000), std::string(200'000, '['),
                           R"({"mean": )" + nested(200'000) + "}"})
    EXPECT_THAT(temper::testing::refusal(Code::data, [&] { (void)parsed_json(text, "file"); }),
                HasSubstr("file: lists and objects are nested more than 100 levels deep"));
}

}  // namespace
}  // namespace temper::io::test
