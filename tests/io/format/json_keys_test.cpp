#include "temper/io/format/json_keys.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace temper::io {
namespace {
enum class Colour : std::uint8_t { red, green };
}
}  // namespace temper::io

template <>
struct temper::EnumNames<temper::io::Colour> {
  static constexpr std::array<std::string_view, 2> value{"red", "green"};
};

namespace temper::io {
namespace {

using nlohmann::json;

struct Part {
  double number = 0;
  std::optional<double> nullable_number = {};
  static constexpr auto keys() {
    return std::tuple{key("number", &Part::number),
                      nullable("nullable_number", &Part::nullable_number)};
  }
};

struct Inlined {
  bool flag = false;
  static constexpr auto keys() { return std::tuple{key("flag", &Inlined::flag)}; }
};

struct Whole {
  std::string text = "default";
  std::int64_t count = 7;
  Colour colour = Colour::red;
  Inlined inlined_part = {};
  std::optional<Part> part = {};
  std::vector<Part> parts = {};
  std::vector<std::string> names = {};
  std::map<std::string, Part> by_name = {};
  static constexpr auto keys() {
    return std::tuple{key("text", &Whole::text),     key("count", &Whole::count),
                      key("colour", &Whole::colour), inlined(&Whole::inlined_part),
                      key("part", &Whole::part),     key("parts", &Whole::parts),
                      key("names", &Whole::names),   key("by_name", &Whole::by_name)};
  }
};

Whole complete() {
  return {.text = "a \"quoted\" text",
          .count = -3,
          .colour = Colour::green,
          .inlined_part = {true},
          .part = Part{0.1 + 0.2, 4},
          .parts = {{1, {}}, {2, 3}},
          .names = {"x", ""},
          .by_name = {{"one", {5, {}}}}};
}

TEST(JsonKeys, AreWrittenAsListed) {
  EXPECT_EQ(json_of(complete()),
            (json{{"text", "a \"quoted\" text"},
                  {"count", -3},
                  {"colour", "green"},
                  {"flag", true},
                  {"part", {{"number", 0.1 + 0.2}, {"nullable_number", 4}}},
                  {"parts",
                   {{{"number", 1}, {"nullable_number", nullptr}},
                    {{"number", 2}, {"nullable_number", 3}}}},
                  {"names", {"x", ""}},
                  {"by_name", {{"one", {{"number", 5}, {"nullable_number", nullptr}}}}}}));
  EXPECT_FALSE(json_of(Whole{}).contains("part"));
  EXPECT_EQ(json_of(Whole{}).at("parts"), json::array());
  EXPECT_EQ(json_of(Whole{}).at("by_name"), json::object());
  EXPECT_TRUE(json_of(Part{std::numeric_limits<double>::infinity()}).at("number").is_null());
}

TEST(JsonKeys, AreAddedToAnObject) {
  json object{{"other", 1}, {"flag", 2}};
  write_json(object, Inlined{true});
  EXPECT_EQ(object, (json{{"other", 1}, {"flag", true}}));
}

TEST(JsonKeys, AreReadAsWritten) {
  for (const auto& whole : {complete(), Whole{}}) {
    const auto object = json_of(whole);
    const auto found = exactly<Whole>(json::parse(object.dump()));
    ASSERT_TRUE(found) << object;
    EXPECT_EQ(json_of(*found), object);
  }
}

TEST(JsonKeys, OfAnotherVersionOrTypeAreReadAsNothing) {
  for (const auto& from : {json(), json(3), json::array(), json::object(),
                           json{{"text", 1},
                                {"count", 1.5},
                                {"colour", "blue"},
                                {"flag", 1},
                                {"part", nullptr},
                                {"parts", {{"number", 1}}},
                                {"names", "x"},
                                {"by_name", {1, 2}},
                                {"unknown", true}}}) {
    auto found = complete();
    read_json(from, found);
    EXPECT_EQ(json_of(found), json_of(Whole{.text = "", .count = 0})) << from;
    EXPECT_FALSE(exactly<Whole>(from)) << from;
  }
  Part part;
  read_json(json{{"number", "1"}}, part);
  EXPECT_TRUE(std::isnan(part.number));
}

TEST(JsonKeys, ExactlyRefusesWhatIsMissingOrUnknown) {
  const auto whole = json_of(complete());
  for (const auto& [name, value] : whole.items()) {
    auto object = whole;
    object.erase(name);
    EXPECT_EQ(exactly<Whole>(object).has_value(), name == "part") << name;
  }
  auto more = whole;
  more["part"]["unknown"] = 1;
  EXPECT_FALSE(exactly<Whole>(more));
}

}  // namespace
}  // namespace temper::io
