#include "temper/augment/pipeline/harm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/core/error.h"

namespace temper::augment {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

constexpr PictureKind kTiny{.size = {32, 32}};

/// Of the operations and a resize to the input's size.
std::vector<Harm> found(std::vector<Operation> operations, const PictureKind& kind = kTiny,
                        Size input = {32, 32}) {
  operations.emplace_back(Resize{.sides = ResizedSides::both});
  return harms(operations, input, kind);
}

auto harm(std::size_t operation, const std::string& pattern) {
  return AllOf(Field(&Harm::operation, operation), Field(&Harm::text, MatchesRegex(pattern)));
}

/// An operation that notes its name and does nothing.
Custom named(const std::string& name) {
  return {.name = name, .function = [](io::Image&, Random&) {}};
}

TEST(Harm, IsFoundInMovesByMoreThanHalf) {
  EXPECT_THAT(found({PadCrop{.padding = 16}, Flip{}}), IsEmpty()) << "half is not more than half";
  EXPECT_THAT(found({Flip{}, PadCrop{.padding = 20}}),
              ElementsAre(harm(1,
                               "moves pictures of 32 x 32 pixels by up to 20 pixels; in [23].% "
                               "of its draws more than half of the picture is moved out of "
                               "view")));
  EXPECT_THAT(found({PadCrop{.padding = 20}}, {.size = {100, 32}}), ElementsAre(harm(0, ".*")));
  EXPECT_THAT(found({PadCrop{.padding = 20}}, {.size = {100, 100}}), IsEmpty());
}

TEST(Harm, IsFoundInTranslationsOfOperationsAndPolicies) {
  EXPECT_THAT(found({Translate{.x = 0.5, .y = 0.5}}), IsEmpty());
  EXPECT_THAT(found({Translate{.x = 0, .y = 0.75}}),
              ElementsAre(harm(0, "moves pictures of 32 x 32 pixels by up to 24 pixels; .*")));
  // TrivialAugment translates by up to 32 pixels, whatever the picture's size.
  EXPECT_THAT(found({TrivialAugmentWide{}}),
              ElementsAre(harm(0, "moves pictures of 32 x 32 pixels by up to 32 pixels; .*")));
  EXPECT_THAT(found({TrivialAugmentWide{}}, {.size = {224, 224}}, {224, 224}), IsEmpty());
  EXPECT_THAT(found({RandAugment{}}), IsEmpty()) << "at most 45% of the picture";
  EXPECT_THAT(found({RandomCrop{.padding = 4}}), IsEmpty());
  EXPECT_THAT(found({RandomCrop{.padding = 24}}),
              ElementsAre(harm(0, "moves pictures of 32 x 32 pixels by up to 24 pixels; .*")));
}

TEST(Harm, IsThatOfThePictureAtThatPlace) {
  EXPECT_THAT(found({RandomResizedCrop{}, PadCrop{.padding = 20}}, kTiny, {224, 224}), IsEmpty());
  EXPECT_THAT(found({RandomResizedCrop{}, PadCrop{.padding = 20}}, {.size = {500, 400}}, {32, 32}),
              ElementsAre(harm(1, "moves pictures of 32 x 32 pixels .*")));
}

TEST(Harm, OfNestedOperationsIsThatOfTheirHolder) {
  const RandomApply inner{.operations = {PadCrop{.padding = 30}}, .p = 0.1};
  EXPECT_THAT(found({Flip{}, RandomApply{.operations = {Flip{}, inner}, .p = 0.5}}),
              ElementsAre(harm(1, "moves .*; in .% of its draws .*")));
}

TEST(Harm, IsFoundInCropsThatAreLargerThanThePicture) {
  EXPECT_THAT(found({CenterCrop{}}, {.size = {50, 32}}), IsEmpty());
  EXPECT_THAT(found({CenterCrop{.size = Auto{40}}, Flip{}}, {.size = {32, 50}}),
              ElementsAre(harm(0,
                               "takes a crop of 40 x 40 pixels from 32 x 50 pixels: what the "
                               "picture does not have is border")));
}

TEST(Harm, IsFoundInRandomCropsThatDoNotFit) {
  EXPECT_THAT(found({RandomCrop{}}, {.size = {20, 40}}),
              ElementsAre(harm(0, "fails on pictures of 20 x 40 pixels: random_crop takes .*")));
  EXPECT_THAT(found({RandomCrop{.pad_if_needed = true}}, {.size = {20, 40}}),
              ElementsAre(harm(0, "takes a crop of 32 x 32 pixels from 20 x 40 pixels: .*")));
}

TEST(Harm, IsFoundInBoxesThatEraseMost) {
  EXPECT_THAT(found({Cutout{.length = 16}}), IsEmpty());
  EXPECT_THAT(found({Cutout{.p = 0.5, .length = 24}}),
              ElementsAre(harm(0,
                               "erases a box of more than half of the network's input of 32 x 32 "
                               "pixels in [45].% of its draws")));
  EXPECT_THAT(found({RandomErasing{}}), IsEmpty());
  EXPECT_THAT(found({RandomErasing{.p = 1, .scale_low = 0.6, .scale_high = 0.7}}),
              ElementsAre(harm(0, "erases a box of .*")));
}

TEST(Harm, OfASquareOfAPolicyIsThatOfThePictureItIsGiven) {
  // It fills squares of 80 pixels.
  const RandAugment policy{.magnitude = 10, .dialect = RandAugmentDialect::tensorflow};
  EXPECT_THAT(found({policy, RandomResizedCrop{}}, {.size = {500, 400}}), IsEmpty())
      << "larger than the input, but small in the picture";
  EXPECT_THAT(found({policy, RandomResizedCrop{}}, {.size = {100, 100}}),
              ElementsAre(harm(0, "moves pictures of 100 x 100 pixels by .*"),
                          harm(0,
                               "erases a box of more than half of a picture of 100 x 100 pixels "
                               "in .*% of its draws")));
}

TEST(Harm, IsFoundInPoliciesOnGrayPictures) {
  EXPECT_THAT(found({RandAugment{}}, {.size = {32, 32}, .channels = 1, .gray = true}),
              ElementsAre(harm(0, "applies saturation to gray pictures, .*")));
}

TEST(Harm, IsFoundInChangesOfColorOfGrayPictures) {
  const RandomApply sometimes{.operations = {named("saturation"), named("hue")}, .p = 0.25};
  EXPECT_THAT(found({named("brightness"), sometimes}), IsEmpty()) << "the pictures have color";
  for (const auto channels : {1, 3})
    EXPECT_THAT(
        found({named("brightness"), sometimes},
              {.size = {32, 32}, .channels = channels, .gray = true}),
        ElementsAre(harm(1,
                         "applies hue and saturation to gray pictures, which changes nothing "
                         "\\(2.% of its draws\\)")));
}

TEST(Harm, IsAnErrorOfAnOperation) {
  const Custom strict{.name = "strict", .function = [](io::Image& image, Random&) {
                        if (image.height < 40) throw Error(Code::usage, "at least 40 rows");
                      }};
  EXPECT_THAT(found({PadCrop{.padding = 2}, strict, Flip{}}),
              ElementsAre(harm(1, "fails on pictures of 32 x 32 pixels: at least 40 rows")));
  EXPECT_THAT(found({strict}, {.size = {40, 3}}), IsEmpty());
}

TEST(Harm, IsAResultOfAnotherSizeThanTheInput) {
  EXPECT_THAT(
      harms(std::vector<Operation>{Flip{}, RandomCrop{.size = Auto{16}}, Flip{}}, {32, 32}, kTiny),
      ElementsAre(harm(1,
                       "fails on pictures of 32 x 32 pixels: the result has 16 x 16 "
                       "pixels, and the network takes 32 x 32 pixels; add .*")));
  EXPECT_THAT(harms(std::vector<Operation>{Flip{}}, {32, 32}, kTiny), IsEmpty());
}

TEST(Harm, IsFoundInHugeAndTinyPictures) {
  EXPECT_THAT(found({RandomResizedCrop{}, Flip{}}, {.size = {4000, 6000}}), IsEmpty());
  EXPECT_THAT(found({PadCrop{.padding = 1}}, {.size = {1, 1}}),
              ElementsAre(harm(0, "moves pictures of 1 x 1 pixels by up to 1 pixels.*")));
}

}  // namespace
}  // namespace temper::augment
