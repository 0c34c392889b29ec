// The views of test-time augmentation.
#include "temper/augment/pipeline/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "temper/core/error.h"

namespace temper::augment {
namespace {

using ::testing::HasSubstr;

/// Pictures of many sizes, resized to 36 and cropped to 32.
InputTransform cropping() {
  return {.input = {3, 32, 32}, .keep_same_size = false, .resize = 36, .normalisation = {}};
}
/// Pictures of 32 x 32 pixels, used whole.
InputTransform whole_pictures() {
  return {.input = {3, 32, 32}, .resize = 36, .normalisation = {}};
}

double weight(const std::vector<View>& views) {
  return std::accumulate(views.begin(), views.end(), 0.0,
                         [](double sum, const View& view) { return sum + view.weight; });
}

std::string refused(const ViewOptions& options, const InputTransform& transform) {
  try {
    (void)views_of(options, transform);
    return "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_TRUE(error.where().option.starts_with("evaluation.tta")) << error.where().option;
    return error.message();
  }
}

TEST(Views, AFlipGivesTwo) {
  const auto views = views_of({}, whole_pictures());
  EXPECT_EQ(views, (std::vector<View>{{.weight = 0.5}, {.flipped = true, .weight = 0.5}}));
}

TEST(Views, BeginWithThePictureAsItIsAndHaveWeightsThatAddUpToOne) {
  const std::vector<std::vector<double>> some_scales{{}, {1.25, 1.5}};
  for (const bool flip : {false, true})
    for (const auto crops : {Crops::center, Crops::five})
      for (const auto& scales : some_scales)
        for (const std::int64_t shift : {0, 2}) {
          const ViewOptions options{
              .flip = flip, .crops = crops, .scales = scales, .shift = shift, .shift_weight = 0.3};
          const std::size_t at_a_scale = (crops == Crops::five ? 5U : 1U) + (shift > 0 ? 2U : 0U);
          const auto count = at_a_scale * (1 + scales.size()) * (flip ? 2U : 1U);
          if (count == 1) continue;
          const auto views = views_of(options, cropping());
          ASSERT_EQ(views.size(), count);
          EXPECT_NEAR(weight(views), 1, 1e-12);
          auto first = views.front();
          first.weight = 1;
          EXPECT_EQ(first, View{});
          std::set<std::tuple<double, Place, std::int64_t, bool>> different;
          for (const auto& view : views)
            different.emplace(view.scale, view.place, view.shift, view.flipped);
          EXPECT_EQ(different.size(), count);
        }
}

TEST(Views, OfShiftsShareTheirWeightAsPublished) {
  const auto views = views_of({.flip = false, .shift = 1}, whole_pictures());
  EXPECT_EQ(views,
            (std::vector<View>{
                {.weight = 0.5}, {.shift = -1, .weight = 0.25}, {.shift = 1, .weight = 0.25}}));
}

TEST(Views, OfWholePicturesHaveOneCropAtScaleOne) {
  const auto views =
      views_of({.flip = false, .crops = Crops::five, .scales = {1.5}}, whole_pictures());
  ASSERT_EQ(views.size(), 6U);
  EXPECT_DOUBLE_EQ(views[0].weight, 0.5);
  for (std::size_t i = 1; i < 6; ++i) {
    EXPECT_EQ(views[i].scale, 1.5);
    EXPECT_DOUBLE_EQ(views[i].weight, 0.1);
  }
}

TEST(Views, ThatAreNoneOrEqualOrOutsideThePictureAreRefused) {
  EXPECT_THAT(refused({.flip = false}, cropping()), HasSubstr("has no view besides the picture"));
  EXPECT_THAT(refused({.crops = Crops::five}, whole_pictures()),
              HasSubstr("all crops of them would be equal"));
  auto uncropped = cropping();
  uncropped.resize = 32;
  EXPECT_THAT(refused({.crops = Crops::five}, uncropped),
              HasSubstr("crops of square pictures would be equal"));
  EXPECT_THAT(refused({.scales = {1}}, cropping()), HasSubstr("1 is always among the scales"));
  EXPECT_THAT(refused({.scales = {1.5, 1.2, 1.5}}, cropping()), HasSubstr("1.5 appears twice"));
  EXPECT_THAT(refused({.scales = {0.8}}, cropping()),
              HasSubstr("at 0.8 a picture is smaller than the 32 x 32 pixels that are cropped from "
                        "it; expected at least 0.8889"));
  EXPECT_EQ(views_of({.scales = {0.89}}, cropping()).size(), 4U) << "36 * 0.89 = 32.04";
  EXPECT_THAT(refused({.scales = {0.95}}, whole_pictures()), HasSubstr("scales above 1"));
  EXPECT_THAT(refused({.scales = std::vector<double>(17, 2)}, cropping()),
              HasSubstr("17 elements; expected at most 16"));
  EXPECT_THAT(refused({.shift = 32}, cropping()), HasSubstr("out of sight; expected less than 32"));
  auto large = cropping();
  large.resize = 60000;
  EXPECT_THAT(refused({.scales = {2}}, large), HasSubstr("120000 pixels; expected at most 65536"));
}

}  // namespace
}  // namespace temper::augment
