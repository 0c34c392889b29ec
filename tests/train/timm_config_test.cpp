// config.json as timm writes and reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/train/timm_config.h"
#include "tests/support/golden.h"
#include "tests/support/refusal.h"

namespace temper::train {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TimmConfig timms(const char* name) {
  return parse_timm_config(temper::testing::golden("train/timm_config.json").at(name).dump(),
                           "config.json");
}

std::string refused(const std::string& text) {
  return temper::testing::refusal(Code::data,
                                  [&] { (void)parse_timm_config(text, "config.json"); });
}

TEST(TimmConfig, OfANetworkWithNamedClasses) {
  const auto config = timms("resnet18");
  EXPECT_EQ(config.architecture, "resnet18");
  EXPECT_EQ(config.classes, 3);
  EXPECT_THAT(config.class_names, ElementsAre("class 0", "class 1", "class 2"));
  EXPECT_THAT(config.input, ElementsAre(3, 224, 224));
  EXPECT_THAT(config.normalisation.mean, ElementsAre(0.485, 0.456, 0.406));
  EXPECT_THAT(config.normalisation.std, ElementsAre(0.229, 0.224, 0.225));
  EXPECT_EQ(config.crop_mode, "center");
}

TEST(TimmConfig, OfNetworksWithTheirOwnInput) {
  EXPECT_THAT(timms("resnetrs50").input, ElementsAre(3, 160, 160));
  EXPECT_EQ(timms("resnetrs50").crop_ratio, 0.91);
  EXPECT_EQ(timms("resnetrs50").interpolation, augment::Interpolation::bicubic);
  EXPECT_THAT(timms("tf_efficientnet_lite0").normalisation.mean, ElementsAre(0.5, 0.5, 0.5));
  EXPECT_EQ(timms("tf_efficientnet_lite0").classes, 1000);
  EXPECT_EQ(timms("convnext_tiny").crop_ratio, 0.95);
  EXPECT_THAT(timms("gray").input, ElementsAre(1, 224, 224));
  EXPECT_EQ(timms("gray").normalisation.mean.size(), 1U);
}

TEST(TimmConfig, OnOneLevelAsOlderVersionsWroteIt) {
  const auto config = parse_timm_config(
      R"({"architecture": "resnet50", "num_classes": 2, "labels": ["cat", "dog"],
          "input_size": [3, 160, 160], "crop_pct": 0.95, "interpolation": "bilinear"})",
      "config.json");
  EXPECT_THAT(config.class_names, ElementsAre("cat", "dog"));
  EXPECT_THAT(config.input, ElementsAre(3, 160, 160));
  EXPECT_EQ(config.crop_ratio, 0.95);
  EXPECT_EQ(config.interpolation, augment::Interpolation::bilinear);
}

TEST(TimmConfig, CropsOfEvaluation) {
  const auto mode = [](const std::string& value) {
    return parse_timm_config(R"({"architecture": "resnet18", "crop_mode": )" + value + "}",
                             "config.json")
        .crop_mode;
  };
  EXPECT_EQ(mode("\"squash\""), "squash");
  EXPECT_EQ(mode("\"border\""), "border");
  EXPECT_EQ(mode("\"\""), "center") << "timm's default";
  EXPECT_EQ(mode("null"), "center");
}

TEST(TimmConfig, SizeAndCropOfEvaluation) {
  const auto read = [](const std::string& more) {
    return parse_timm_config(
        R"({"architecture": "resnet50", "pretrained_cfg": {"input_size": [3, 224, 224],
            "crop_pct": 0.95)" +
            more + "}}",
        "config.json");
  };
  const auto config = read(R"(, "test_input_size": [3, 288, 288], "test_crop_pct": 1.0)");
  EXPECT_THAT(config.input, ElementsAre(3, 224, 224));
  EXPECT_THAT(config.test_input, ElementsAre(3, 288, 288));
  EXPECT_EQ(config.crop_ratio, 0.95);
  EXPECT_EQ(config.test_crop_ratio, 1);
  const auto again = parse_timm_config(to_text(config), "config.json");
  EXPECT_EQ(again.test_input, config.test_input);
  EXPECT_EQ(again.test_crop_ratio, config.test_crop_ratio);
  for (const auto* none : {"", R"(, "test_input_size": null, "test_crop_pct": null)",
                           R"(, "test_input_size": [3, 224, 224])"}) {
    EXPECT_THAT(read(none).test_input, IsEmpty()) << none;
    EXPECT_FALSE(read(none).test_crop_ratio) << none;
  }
}

TEST(TimmConfig, DescriptionsOfClasses) {
  const auto config = parse_timm_config(
      R"({"architecture": "resnet50", "num_classes": 3, "label_names": ["n1", "n2", "n3"],
          "label_descriptions": {"n3": "crane", "n1": "tench, Tinca tinca"}})",
      "config.json");
  EXPECT_THAT(config.class_names, ElementsAre("n1", "n2", "n3"));
  EXPECT_THAT(config.class_descriptions, ElementsAre("tench, Tinca tinca", "", "crane"));
  EXPECT_EQ(parse_timm_config(to_text(config), "config.json").class_descriptions,
            config.class_descriptions);
  const auto none = parse_timm_config(
      R"({"architecture": "resnet50", "num_classes": 1, "label_names": ["cat"],
          "label_descriptions": {"dog": "Canis familiaris"}})",
      "config.json");
  EXPECT_THAT(none.class_descriptions, IsEmpty());
}

TEST(TimmConfig, WrittenAndReadAgainIsTheSame) {
  const TimmConfig config{.architecture = "resnet18",
                          .classes = 2,
                          .class_names = {"cat \"one\"", "dög"},
                          .input = {1, 96, 96},
                          .normalisation = {{0.25}, {0.5}},
                          .crop_ratio = 0.9,
                          .interpolation = augment::Interpolation::lanczos,
                          .features = 512,
                          .classifier = "fc",
                          .first_convolution = "conv1"};
  const auto read = parse_timm_config(to_text(config), "config.json");
  EXPECT_EQ(read.class_names, config.class_names);
  EXPECT_EQ(read.input, config.input);
  EXPECT_EQ(read.normalisation, config.normalisation);
  EXPECT_EQ(read.crop_ratio, config.crop_ratio);
  EXPECT_EQ(read.interpolation, config.interpolation);
}

TEST(TimmConfig, SaysWhatIsWrong) {
  EXPECT_THAT(refused("no json"), HasSubstr("config.json: this is no JSON object"));
  EXPECT_THAT(refused("[1]"), HasSubstr("no JSON object"));
  EXPECT_THAT(refused("{}"), HasSubstr("\"architecture\" is missing"));
  const auto with = [](const std::string& more) {
    return R"({"architecture": "resnet18", )" + more + "}";
  };
  EXPECT_THAT(refused(with(R"("num_classes": -1)")), HasSubstr("\"num_classes\" is -1; expected"));
  EXPECT_THAT(refused(with(R"("num_classes": 1e99)")), HasSubstr("\"num_classes\""));
  EXPECT_THAT(refused(with(R"("pretrained_cfg": 3)")), HasSubstr("\"pretrained_cfg\" is 3"));
  EXPECT_THAT(refused(with(R"("input_size": [3, 0, 224])")), HasSubstr("1 or 3 channels"));
  EXPECT_THAT(refused(with(R"("mean": [0.5, 0.5])")), HasSubstr("one for each channel"));
  EXPECT_THAT(refused(with(R"("std": [0.5, 0, 0.5])")), HasSubstr("positive"));
  EXPECT_THAT(refused(with(R"("crop_pct": 0)")), HasSubstr("\"crop_pct\" is 0"));
  EXPECT_THAT(refused(with(R"("interpolation": "bicubik")")), HasSubstr("did you mean 'bicubic'?"));
  EXPECT_THAT(refused(with(R"("crop_mode": "middle")")),
              HasSubstr(R"("crop_mode" is "middle"; expected "center", "squash" or "border")"));
  EXPECT_THAT(refused(with(R"("test_input_size": 288)")), HasSubstr("\"test_input_size\" is 288"));
  EXPECT_THAT(refused(with(R"("test_crop_pct": 1.5)")), HasSubstr("\"test_crop_pct\" is 1.5"));
  EXPECT_THAT(refused(with(R"("num_classes": 2, "label_names": ["a"])")),
              HasSubstr("does not name the 2 classes"));
  EXPECT_THAT(refused(with(R"("label_descriptions": ["a"])")), HasSubstr("an object of texts"));
  EXPECT_THAT(
      refused(with(R"("num_classes": 1, "label_names": ["a"], "label_descriptions": {"a": 3})")),
      HasSubstr("\"label_descriptions\" of 'a' is 3; expected a text"));
  EXPECT_THAT(refused(with(R"("model_args": {"output_stride": 8})")),
              HasSubstr("\"output_stride\""));
}

TEST(TimmConfig, DeepNestingIsRefused) {
  const auto deep = std::string(200'000, '[') + std::string(200'000, ']');
  for (const auto* key : {"mean", "label_descriptions", "anything"})
    EXPECT_THAT(
        refused(R"({"architecture": "resnet18", ")" + std::string(key) + "\": " + deep + "}"),
        HasSubstr("config.json: lists and objects are nested more than 100 levels deep"))
        << key;
}

TEST(TimmConfig, DamagedTextIsReadOrRefused) {
  const auto text = temper::testing::golden("train/timm_config.json").at("resnet18").dump();
  Random random(1, Purpose::inspect);
  int refusals = 0;
  for (int i = 0; i < 1000; ++i) {
    auto damaged = text;
    for (int k = 0; k < 3; ++k)
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    try {
      (void)parse_timm_config(damaged, "config.json");
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Code::data) << error.what();
      ++refusals;
    }
  }
  EXPECT_GT(refusals, 100);
}

}  // namespace
}  // namespace temper::train
