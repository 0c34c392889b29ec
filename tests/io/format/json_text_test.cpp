#include "temper/io/format/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace temper::io::test {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

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

}  // namespace
}  // namespace temper::io::test
