#include "temper/augment/policies/magnitude_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/refusal.h"

namespace temper::augment {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Size kSize{224, 224};

std::string error_of(std::string_view policy, std::string_view dialect, double magnitude,
                     Size size = kSize) {
  return temper::testing::refusal([&] { (void)magnitude_table(policy, dialect, magnitude, size); });
}

TEST(MagnitudeTable, ShowsPhysicalValuesOfBothSigns) {
  const auto text = to_text(magnitude_table("rand_augment", "timm", 9, kSize));
  EXPECT_THAT(text, HasSubstr("rand_augment, dialect timm, magnitude 9, images of 224 x 224"));
  EXPECT_THAT(text, HasSubstr("  rotate                27         -27  degrees\n"));
  EXPECT_THAT(text, HasSubstr("  posterize              3              bits\n"));
  EXPECT_THAT(text, HasSubstr("  translate_x       -90.72       90.72  pixels\n"));
  EXPECT_THAT(text, HasSubstr("\n  equalize\n"));
  EXPECT_THAT(text, Not(HasSubstr("cutout")));
}

TEST(MagnitudeTable, SaysWhatValuesAmountTo) {
  const auto remark = [](std::string_view dialect, double magnitude, Primitive primitive) {
    for (const auto& row : magnitude_table("rand_augment", dialect, magnitude, kSize).rows)
      if (row.primitive == primitive) return row.remark;
    return std::string("(no such operation)");
  };
  EXPECT_EQ(remark("timm", 2, Primitive::posterize), "a black image");
  EXPECT_EQ(remark("tensorflow", 2, Primitive::posterize),
            "the formula says 0 bits, TensorFlow's shifts keep 1");
  EXPECT_EQ(remark("tensorflow", 3, Primitive::posterize), "");
  EXPECT_EQ(remark("tensorflow", 15, Primitive::solarize), "no change");
  EXPECT_EQ(remark("tensorflow", 9, Primitive::solarize), "");
  EXPECT_EQ(remark("timm", 0, Primitive::solarize), "inverts all values");
  EXPECT_EQ(remark("timm", 5, Primitive::brightness), "no change");
  EXPECT_EQ(remark("torchvision", 0, Primitive::rotate), "no change");
  EXPECT_EQ(remark("torchvision", 0, Primitive::identity), "");
  EXPECT_THAT(to_text(magnitude_table("rand_augment", "timm", 15, kSize)),
              HasSubstr("timm lowers magnitudes above 10 to 10, unless magnitude_max (mmax)"));
}

TEST(MagnitudeTable, IsJson) {
  const auto json = to_json(magnitude_table("rand_augment", "torchvision", 9, kSize));
  EXPECT_EQ(json["dialect"], "torchvision");
  EXPECT_EQ(json["operations"].size(), 14U);
  for (const auto& row : json["operations"]) {
    if (row["name"] == "rotate") {
      EXPECT_EQ(row["negated"], -9.0);
    } else if (row["name"] == "posterize") {
      EXPECT_EQ(row["value"], 7.0);
      EXPECT_TRUE(row["negated"].is_null());
    } else if (row["name"] == "equalize") {
      EXPECT_TRUE(row["value"].is_null());
    }
  }
}

TEST(MagnitudeTable, ExistsForEveryDialectOfEveryPolicy) {
  for (const auto policy : policies_with_magnitudes()) {
    const auto table = magnitude_table(policy, "", 1, {32, 32});
    EXPECT_FALSE(table.dialect.empty()) << policy;
    EXPECT_GE(table.rows.size(), 11U) << policy;
  }
  EXPECT_EQ(magnitude_table("auto_augment", "torchvision", 9, kSize).rows.front().value, 30);
}

TEST(MagnitudeTable, HasTheOperationsOfTimmsOtherSets) {
  const auto rows = magnitude_table("rand_augment", "timm_3a", 9, kSize).rows;
  EXPECT_EQ(rows.size(), 3U);
  for (const auto primitive :
       {Primitive::solarize, Primitive::desaturate, Primitive::gaussian_blur})
    EXPECT_NE(std::ranges::find(rows, primitive, &MagnitudeTable::Row::primitive), rows.end())
        << name_of(primitive);
  EXPECT_GT(magnitude_table("rand_augment", "timm_3aw", 9, kSize).rows.size(), rows.size());
}

TEST(MagnitudeTable, RefusesWhatThereIsNot) {
  EXPECT_EQ(error_of("rand_augment", "torchvison", 9),
            "rand_augment has no dialect 'torchvison': did you mean 'torchvision'?");
  EXPECT_EQ(
      error_of("rand_augment", "jax", 9),
      "rand_augment has no dialect 'jax': it is one of timm, timm_increasing, timm_3a, timm_3aw, "
      "torchvision, tensorflow");
  EXPECT_EQ(error_of("rand_augmen", "", 9),
            "'rand_augmen' has no table of magnitudes: did you mean 'rand_augment'?");
  EXPECT_THAT(error_of("flip", "", 9), HasSubstr("these policies have one: rand_augment, "));
  EXPECT_EQ(error_of("rand_augment", "", -1),
            "rand_augment has no magnitude -1 in the dialect timm; expected a number in [0, 1000]");
  EXPECT_THAT(error_of("rand_augment", "torchvision", 31),
              HasSubstr("expected a number in [0, 30]"));
  EXPECT_THAT(error_of("rand_augment", "", 9, {0, 5}), HasSubstr("expected sides in [1, 65535]"));
}

TEST(MagnitudeTable, OfAugMixHasItsTranslations) {
  const auto table = magnitude_table("augmix", "timm", 10, {100, 200});
  const auto row = [&](Primitive primitive) {
    return std::ranges::find(table.rows, primitive, &MagnitudeTable::Row::primitive);
  };
  ASSERT_NE(row(Primitive::translate_x), table.rows.end());
  EXPECT_DOUBLE_EQ(row(Primitive::translate_x)->value, -60);
  EXPECT_DOUBLE_EQ(row(Primitive::translate_y)->value, -30);
  EXPECT_EQ(row(Primitive::solarize_add), table.rows.end()) << "it has none";
  EXPECT_NE(row(Primitive::equalize), table.rows.end());
  EXPECT_EQ(table.rows.size(), 13U);
}

std::vector<std::string> names_of(std::string_view policy, std::string_view dialect) {
  std::vector<std::string> names;
  for (const auto& row : magnitude_table(policy, dialect, 1, kSize).rows)
    names.emplace_back(name_of(row.primitive));
  return names;
}

TEST(MagnitudeTable, HasTheOperationsOfThePublishedListsAlone) {
  const std::vector<std::string> of_all{"rotate",   "posterize",   "solarize",    "saturation",
                                        "contrast", "brightness",  "sharpness",   "shear_x",
                                        "shear_y",  "translate_x", "translate_y", "auto_contrast",
                                        "equalize", "invert"};
  EXPECT_EQ(names_of("auto_augment", "timm_original"), of_all);
  EXPECT_EQ(names_of("auto_augment", "torchvision"), of_all);
  const std::vector<std::string> of_v0{"rotate",        "posterize", "solarize", "solarize_add",
                                       "saturation",    "shear_x",   "shear_y",  "translate_y",
                                       "auto_contrast", "equalize",  "invert"};
  EXPECT_EQ(names_of("auto_augment", "timm_v0"), of_v0);
  EXPECT_EQ(names_of("auto_augment", "tensorflow_v0"), of_v0);
  const auto of_research = names_of("auto_augment", "timm_v0r");
  EXPECT_EQ(of_research.size(), 13U) << "those of originalr, too";
  EXPECT_THAT(of_research, Not(::testing::Contains("translate_x")));
  for (const auto& [policy, dialect] :
       {std::pair{"auto_augment", "tensorflow"}, std::pair{"fast_auto_augment", ""}}) {
    const auto names = names_of(policy, dialect);
    EXPECT_EQ(names.size(), 15U) << policy;
    EXPECT_THAT(names, ::testing::IsSupersetOf(of_all)) << policy;
    EXPECT_THAT(names, ::testing::Contains("cutout")) << policy;
  }
}

TEST(MagnitudeTable, HasAUnitAndARemarkInColumnsOfTheirOwn) {
  const auto text = to_text(magnitude_table("rand_augment", "torchvision", 0, kSize));
  EXPECT_THAT(text, HasSubstr("  pixels per pixel  no change\n"));
  EXPECT_THAT(text, HasSubstr("  degrees           no change\n"));
}

TEST(MagnitudeTable, ReadsSizesOfOneNumberOrTwo) {
  EXPECT_EQ(read_size("224"), kSize);
  EXPECT_EQ(read_size("32x48"), (Size{32, 48}));
  for (const auto* text : {"", "x", "32x", "x48", "32x48x3", "32 x 48", "wide"})
    EXPECT_THAT(temper::testing::refusal([&] { (void)read_size(text); }),
                HasSubstr("' is no size of images; expected pixels, as in 224, or height and"));
}

TEST(MagnitudeTable, HasADefaultWithinTheDialect) {
  EXPECT_EQ(magnitude_table("rand_augment", "", {}, {32, 32}).magnitude, 9);
  EXPECT_EQ(magnitude_table("fast_auto_augment", "", {}, {32, 32}).magnitude, 1);
}

}  // namespace
}  // namespace temper::augment
