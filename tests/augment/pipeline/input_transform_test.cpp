// The input transform in the metadata of a file of weights.
#include "temper/augment/pipeline/input_transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

InputTransform complete() {
  return {.input = {3, 20, 24},
          .network = {16, 18},
          .decode = io::Decode::fast,
          .exif_orientation = true,
          .keep_same_size = false,
          .resize = 30,
          .interpolation = Interpolation::bicubic,
          .antialias = false,
          .normalisation = {{0.1, 0.25, 1.0 / 3}, {0.5, 1, 2}}};
}

TEST(InputTransform, IsReadFromMetadataAsItWasWritten) {
  const InputTransform other{.input = {1, 5, 6}, .normalisation = {{0.5}, {0.5}}};
  for (const auto& transform : {complete(), other}) {
    auto expected = transform;
    if (expected.resize == 0) expected.resize = automatic_side(expected.size());
    EXPECT_EQ(from_metadata(to_metadata(transform), {.input = {}}, "file"), expected);
  }
}

TEST(InputTransform, HasAnEntryOfTheMetadataForEachKey) {
  EXPECT_THAT(
      to_metadata(complete()),
      ElementsAre(Pair("temper.antialias", "false"), Pair("temper.decode", "fast"),
                  Pair("temper.exif_orientation", "true"), Pair("temper.input", "[3,20,24]"),
                  Pair("temper.interpolation", "bicubic"), Pair("temper.keep_same_size", "false"),
                  Pair("temper.mean", "[0.1,0.25,0.3333333333333333]"),
                  Pair("temper.network", "[16,18]"), Pair("temper.resize", "30"),
                  Pair("temper.std", "[0.5,1.0,2.0]")));
}

TEST(InputTransform, OfAnOlderFileHasTheOtherValues) {
  const io::Metadata older{{"temper.input", "[3,224,160]"},
                           {"temper.mean", "[0.485,0.456,0.406]"},
                           {"temper.std", "[0.229,0.224,0.225]"},
                           {"temper.interpolation", "bilinear"}};
  const auto found = from_metadata(older, {.input = {}, .exif_orientation = true}, "file");
  EXPECT_EQ(found.size(), (Size{224, 160}));
  EXPECT_EQ(found.network_size(), (Size{224, 160}));
  EXPECT_EQ(found.resize, 256);
  EXPECT_TRUE(found.exif_orientation);
  EXPECT_TRUE(found.keep_same_size);
  EXPECT_EQ(found.normalisation, imagenet_normalisation(3));
}

TEST(InputTransform, OfADamagedFileIsRefused) {
  const auto refusal = [](const std::string& key, const std::string& value) {
    auto metadata = to_metadata(complete());
    metadata["temper." + key] = value;
    try {
      (void)from_metadata(metadata, {.input = {}}, "some/model.safetensors");
      return std::string("(not refused)");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::data);
      EXPECT_EQ(error.where().file, "some/model.safetensors");
      return error.message();
    }
  };
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"input", "3"},
                                                        {"input", "[3,\"20\",24]"},
                                                        {"decode", "slow"},
                                                        {"exif_orientation", "1"},
                                                        {"keep_same_size", "[]"},
                                                        {"network", "16"},
                                                        {"network", "[16,true]"},
                                                        {"resize", "30 pixels"},
                                                        {"interpolation", ""},
                                                        {"antialias", "maybe"},
                                                        {"mean", "[0.1,"},
                                                        {"std", "{\"a\": 1}"}})
    EXPECT_THAT(refusal(key, value), HasSubstr("'temper." + key + "'")) << value;
  for (const auto* input : {"[]", "[3,20]", "[3,20,0]", "[3,-20,24]", "[3,20,9223372036854775807]"})
    EXPECT_THAT(refusal("input", input), HasSubstr("no valid input size")) << input;
  for (const auto* network : {"[16]", "[16,18,3]", "[0,18]", "[16,65537]"})
    EXPECT_THAT(refusal("network", network), HasSubstr("no valid size of the network")) << network;
  for (const auto* side : {"-1", "65537"})
    EXPECT_THAT(refusal("resize", side), HasSubstr("no valid input size")) << side;
  EXPECT_THAT(refusal("mean", "[0.5]"), HasSubstr("have 1 and 3 values; expected 3"));
  EXPECT_THAT(refusal("mean", "[0.5,null,0.5]"), HasSubstr("not all finite"));
  EXPECT_THAT(refusal("std", "[0.5,0,0.5]"), HasSubstr("not all finite"));
  EXPECT_THAT(refusal("input", "[1,20,24]"), HasSubstr("have 3 and 3 values; expected 1"));
}

TEST(InputTransform, KeepsImagesOfTheInputsSizeOnlyWhereTheRunDid) {
  io::Image image{8, 8, 1, {}};
  for (int i = 0; i < 64; ++i) image.pixels.push_back(static_cast<std::uint8_t>(3 * i));
  InputTransform transform{.input = {1, 8, 8}, .resize = 9, .normalisation = {{0}, {1}}};
  for (const bool keep : {false, true}) {
    transform.keep_same_size = keep;
    const Pipeline pipeline({}, transform.normalisation, transform.size(), transform.fit());
    io::Picture picture;
    picture.view(image);
    Frame frame;
    EXPECT_EQ(pipeline.pixels(picture, {}, frame) == image, keep);
  }
}

}  // namespace
}  // namespace temper::augment
