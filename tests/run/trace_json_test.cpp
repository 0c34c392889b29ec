#include "temper/run/trace_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace temper::run {
namespace {

augment::Trace trace_of(std::string operation) {
  return {.operation = std::move(operation), .draws = {}, .applied = {}, .nested = {}, .after = {}};
}

TEST(TraceJson, ReadsBackWhatItWrites) {
  auto outer = trace_of("rand_augment");
  outer.draws = {{DrawKind::below, 0, 14, 3},
                 {DrawKind::uniform, -1, 1, 0.25},
                 {DrawKind::chance, 0, 0.5, 1},
                 {DrawKind::normal, 0, 0, -0.5},
                 {DrawKind::bits, 0, 0, 4e9}};
  auto inner = trace_of("rotate");
  inner.applied = {{"rotate", -27, "degrees"}, {"brightness", 1.5, ""}, {"flip", 0, ""}};
  inner.after.upside_down = true;
  outer.nested = {inner};
  const std::vector traces{outer, trace_of("flip")};

  const auto json = to_json(traces);
  EXPECT_EQ(json[0]["nested"][0]["applied"].dump(),
            R"([{"name":"rotate","value":-27.0,"unit":"degrees"},)"
            R"({"name":"brightness","value":1.5},{"name":"flip"}])");
  EXPECT_EQ(json[0]["draws"][2]["value"], true);
  EXPECT_EQ(json[0]["nested"][0]["after"]["upside_down"], true);
  EXPECT_FALSE(json[1].contains("nested"));

  const auto back = traces_from(nlohmann::json::parse(json.dump()));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].operation, "rand_augment");
  EXPECT_EQ(back[0].draws, outer.draws);
  ASSERT_EQ(back[0].nested.size(), 1U);
  EXPECT_EQ(back[0].nested[0].applied, inner.applied);
  EXPECT_EQ(back[1].operation, "flip");
}

TEST(TraceJson, ReadsAnythingElseAsEmpty) {
  EXPECT_TRUE(traces_from(nlohmann::json()).empty());
  EXPECT_TRUE(traces_from(nlohmann::json("text")).empty());
  const auto odd = traces_from(nlohmann::json::parse(
      R"([7, {"operation": 3, "draws": "x", "applied": [null, {"value": "high"}], "nested": {}}])"));
  ASSERT_EQ(odd.size(), 2U);
  EXPECT_EQ(odd[0].operation, "");
  EXPECT_EQ(odd[1].operation, "");
  ASSERT_EQ(odd[1].applied.size(), 2U);
  EXPECT_EQ(odd[1].applied[1].value, 0);
  EXPECT_TRUE(odd[1].nested.empty());

  std::string deep;
  for (int i = 0; i < 100; ++i) deep += R"([{"nested":)";
  deep += "[]";
  for (int i = 0; i < 100; ++i) deep += "}]";
  EXPECT_EQ(traces_from(nlohmann::json::parse(deep)).size(), 1U);
}

}  // namespace
}  // namespace temper::run
