// The options of evaluation, and what --tta asks for.
#include "temper/recipe/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "temper/recipe/recipe.h"
#include "tests/support/refusal.h"

namespace temper::recipe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refused(const std::string& text) {
  return temper::testing::refusal([&] { (void)parse_tta(text); });
}

TEST(Tta, IsNamedOrGivenAsATable) {
  EXPECT_FALSE(parse_tta("none"));
  EXPECT_TRUE(parse_tta("flip")->flip);
  EXPECT_EQ(parse_tta("flip")->crops, augment::Crops::center);
  EXPECT_FALSE(parse_tta("five_crop")->flip);
  EXPECT_EQ(parse_tta("five_crop")->crops, augment::Crops::five);
  EXPECT_TRUE(parse_tta("ten_crop")->flip);
  EXPECT_EQ(parse_tta("ten_crop")->crops, augment::Crops::five);
  const auto table = parse_tta(
      R"({ flip = false, scales = [1.15, 1.3], shift = 2, average = "outputs", below_confidence = 0.9 })");
  ASSERT_TRUE(table);
  EXPECT_FALSE(table->flip);
  EXPECT_EQ(table->scales, (std::vector<double>{1.15, 1.3}));
  EXPECT_EQ(table->shift, 2);
  EXPECT_EQ(table->average, measure::ViewAverage::outputs);
  EXPECT_EQ(table->below_confidence, 0.9);
}

TEST(Tta, ThatIsUnknownIsRefusedWithTheNearestName) {
  EXPECT_THAT(refused("tencrop"), AllOf(HasSubstr("--tta: unknown augmentation \"tencrop\""),
                                        HasSubstr("did you mean 'ten_crop'?")));
  EXPECT_THAT(refused(""), HasSubstr("expected one of none, flip, five_crop, ten_crop"));
  EXPECT_THAT(refused("{ crop = \"five\" }"), HasSubstr("did you mean 'crops'?"));
  EXPECT_THAT(refused("{ crops = \"six\" }"), HasSubstr("unknown value \"six\""));
  EXPECT_THAT(refused("{ below_confidence = 0 }"), HasSubstr("expected a number in (0, 1]"));
  EXPECT_THAT(refused("{ below_confidence = 1.5 }"), HasSubstr("expected a number in (0, 1]"));
  EXPECT_THAT(refused("{ scales = [0] }"), HasSubstr("evaluation.tta.scales.0 is 0"));
  EXPECT_THAT(refused("{ shift = -1 }"), HasSubstr("evaluation.tta.shift is -1"));
  EXPECT_THAT(refused("{ shift_weight = 1 }"), HasSubstr("expected a number in (0, 1)"));
}

TEST(Tta, IsWrittenShortlyAndReadAgain) {
  EXPECT_EQ(tta_text(std::nullopt), "none");
  EXPECT_EQ(tta_text(TestTimeAugmentation{}), "{ flip = true }");
  for (const auto* text :
       {"{ flip = true }", R"({ flip = false, crops = "five", scales = [1.15, 2.0] })",
        R"({ flip = true, shift = 1, shift_weight = 0.25, average = "outputs" })",
        "{ flip = true, below_confidence = 0.75 }"})
    EXPECT_EQ(tta_text(parse_tta(text)), text);
  EXPECT_EQ(tta_text(parse_tta("five_crop")), R"({ flip = false, crops = "five" })");
}

TEST(Evaluation, OptionsAtTheirDefaultsChangeNoFingerprint) {
  const auto plain = fingerprint(parse("", "r"), "data");
  EXPECT_EQ(fingerprint(parse(R"([evaluation]
size = "auto"
crop_ratio = 0
interpolation = "bilinear"
antialias = true
tta = false
)",
                              "r"),
                        "data"),
            plain);
  for (const auto* edit :
       {"evaluation.size=40", "evaluation.crop_ratio=0.9", "evaluation.crop_pct=0.9",
        "evaluation.interpolation=bicubic", "evaluation.antialias=false", "evaluation.tta=true"})
    EXPECT_NE(fingerprint(parse("", "r", {edit}), "data"), plain) << edit;
}

TEST(Evaluation, OptionsOutOfRangeAreRefused) {
  for (const auto* edit : {"evaluation.size=0", "evaluation.size=8193", "evaluation.crop_ratio=1.1",
                           "evaluation.crop_ratio=-0.1", "evaluation.interpolation=cubic"})
    EXPECT_THROW((void)parse("", "r", {edit}), Error) << edit;
}

TEST(Evaluation, WithTestTimeAugmentationIsReadAsItIsWritten) {
  const auto recipe = parse("", "r",
                            {R"(evaluation.tta={ crops = "five", scales = [1.5] })",
                             "evaluation.size=40", "evaluation.crop_ratio=0.9"});
  const auto again = parse(to_toml(recipe), "r");
  EXPECT_TRUE(differences(recipe, again).empty());
  EXPECT_EQ(again.evaluation.tta->scales, std::vector<double>{1.5});
  EXPECT_EQ(again.evaluation.size.value, 40);
}

}  // namespace
}  // namespace temper::recipe
