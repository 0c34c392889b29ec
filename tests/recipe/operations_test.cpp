// Operations of a recipe: where refusals say that they are, and timm's strings beside those in
// nested lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/recipe/contradictions.h"
#include "temper/recipe/recipe.h"
#include "tests/support/refusal.h"

namespace temper::recipe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kBad = R"({ kind = "rand_augment", magnitude = 15 })";

std::string of(const std::string& text, const std::vector<std::string>& sets = {}) {
  const auto recipe = parse(text, "r.toml", sets);
  return temper::testing::refusal([&] { check_without_data(recipe); });
}

TEST(RefusedOperation, HasItsOwnLineInAList) {
  const std::string text =
      std::string("[data]\naugment = [\n\"flip\",\n\"pad_crop\",\n\"hue\",\n  ") + kBad +
      ",\n\"invert\"]";
  EXPECT_THAT(of(text), StartsWith("r.toml:6:3: data.augment.3: rand_augment has magnitude = 15"));
}

TEST(RefusedOperation, HasItsOwnLineAmongTables) {
  EXPECT_THAT(
      of("[[data.augment]]\nkind = \"flip\"\n\n[[data.augment]]\nkind = \"some_of\"\nn = 3\n"
         "[[data.augment]]\nkind = \"invert\""),
      StartsWith("r.toml:4:1: data.augment.1: some_of draws n = 3 of 1 operations"));
}

TEST(RefusedOperation, HasItsOwnLineInANestedList) {
  EXPECT_THAT(of(std::string("[[data.augment]]\nkind = \"one_of\"\noperations = [\n\"flip\",\n"
                             "\"invert\",\n ") +
                 kBad + "]"),
              StartsWith("r.toml:6:2: data.augment.0.operations.2: rand_augment has magnitude"));
}

TEST(RefusedOperation, OfAnEditHasTheEdit) {
  const auto edit = std::string("data.augment.1=") + kBad;
  EXPECT_THAT(of("[data]\naugment = [\"flip\"]", {edit}),
              StartsWith("--set " + edit + ": data.augment.1: rand_augment has magnitude = 15"));
  EXPECT_THAT(
      of(std::string("[data]\naugment = [\"flip\",\n") + kBad + "]", {"data.augment.0.p=1"}),
      StartsWith("r.toml:3:1: data.augment.1: "))
      << "an edit of another one leaves its place";
}

TEST(RefusedOperation, OfUnlabelledImagesHasItsOwnLine) {
  EXPECT_THAT(
      of(std::string("[semi]\nmethod = \"fixmatch\"\naugment = [\"cutout\",\n") + kBad + "]"),
      StartsWith("r.toml:4:1: semi.augment.1: rand_augment has magnitude = 15"));
}

TEST(NestedOperation, IsWrittenWithItsStringOfTimm) {
  const std::string text =
      R"(data.augment = ["rand-m7", { kind = "random_apply", operations = ["flip", { kind = "one_of", operations = ["v0", "augmix-m5"] }] }])";
  const auto written = to_toml(parse(text, "r.toml"));
  EXPECT_THAT(written, HasSubstr("  # rand-m7\n  { kind = \"rand_augment\""));
  EXPECT_THAT(written, HasSubstr("  # operations.1.operations.0: v0\n"
                                 "  # operations.1.operations.1: augmix-m5\n"
                                 "  { kind = \"random_apply\""));
  EXPECT_EQ(to_toml(parse(written, "r.toml")), written);
  const auto driven = to_toml(parse(
      text, "r.toml",
      {R"(data.augment.1.operations.1.operations.1.severity={ schedule = "linear", peak = 5 })"}));
  EXPECT_THAT(driven, HasSubstr("  # operations.1.operations.0: v0\n  { kind"));
  EXPECT_THAT(driven, Not(HasSubstr("# operations.1.operations.1")));
}

TEST(ThreeAugment, TakesAScheduleOfItsThreshold) {
  const auto recipe = parse(
      R"(data.augment = [{ kind = "three_augment", threshold = { schedule = "linear", peak = 256, final = 128 } }])",
      "r.toml");
  EXPECT_TRUE(recipe.schedules.contains("data.augment.0.threshold"));
  EXPECT_NO_THROW(check_schedules(recipe, {10, 100}));
}

}  // namespace
}  // namespace temper::recipe
