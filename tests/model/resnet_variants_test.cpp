// Sizes, initial weights and errors of the variants of residual networks; their numbers are
// compared in published_test.cpp.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "temper/core/error.h"
#include "temper/model/architecture.h"
#include "tests/support/everything.h"
#include "tests/support/golden.h"
#include "tests/support/reference_network.h"

namespace temper::model {
namespace {

using temper::testing::noise;

constexpr Task kLargeTask{.channels = 3, .height = 224, .width = 224, .classes = 1000};

ResNet resnet_rs(std::int64_t depth) {
  return {.depth = depth, .stem = Stem::rs, .shortcut = ShortcutType::d, .se_ratio = 0.25};
}

TEST(ResNetVariants, HaveThePublishedSizes) {
  const auto golden = temper::testing::golden("model/resnet_variants.json");
  const auto same = [&](const char* name, const ResNet& options) {
    const auto network = build(options, kLargeTask, 1);
    EXPECT_EQ(parameter_count(*network), golden["published"][name]["parameters"]) << name;
    EXPECT_NEAR(static_cast<double>(multiply_adds(*network, kLargeTask)) / 1e9,
                golden["published"][name]["giga_multiply_adds"].get<double>(), 5.1e-4)
        << name;
  };
  same("resnext50_32x4d", {.depth = 50, .groups = 32, .width_per_group = 4});
  if (temper::testing::everything()) same("wide_resnet50_2", {.depth = 50, .width_per_group = 128});
}

TEST(ResNetVariants, HaveAsManyParametersAsTimms) {
  const auto golden = temper::testing::golden("model/resnet_variants.json")["timms_parameters"];
  const auto same = [&](const std::string& name, const ResNet& options) {
    EXPECT_EQ(parameter_count(*build(options, kLargeTask, 1)), golden[name]) << name;
  };
  same("resnetv2_50d",
       {.depth = 50, .stem = Stem::d, .version = Version::v2, .shortcut = ShortcutType::d});
  same("resnetrs50", resnet_rs(50));
  if (!temper::testing::everything()) return;
  same("resnet50d", {.depth = 50, .stem = Stem::d, .shortcut = ShortcutType::d});
  same("resnet200d", {.depth = 200, .stem = Stem::d, .shortcut = ShortcutType::d});
  same("seresnet50", {.depth = 50, .se_ratio = 0.0625});
  same("resnetblur50", {.depth = 50, .anti_alias = true});
  same("resnetv2_50", {.depth = 50, .version = Version::v2});
  for (const std::int64_t depth : {101, 152, 200, 270, 350, 420})
    same(fmt::format("resnetrs{}", depth), resnet_rs(depth));
}

TEST(ResNetVariants, WideResNetsAreCountedAsPublished) {
  // Table 5 of arXiv:1605.07146: WRN-28-10 has 36.5 million parameters, WRN-40-4 8.9 million.
  const auto millions = [](std::int64_t depth, double factor) {
    const ResNet options{
        .depth = depth, .stem = Stem::cifar, .version = Version::v2, .width_factor = factor};
    return static_cast<double>(parameter_count(*build(options, {}, 1))) / 1e6;
  };
  if (temper::testing::everything()) {
    EXPECT_NEAR(millions(28, 10), 36.5, 0.05);
  }
  EXPECT_NEAR(millions(40, 4), 8.9, 0.05);
}

TEST(ResNetVariants, OptionAHasThePublishedSize) {
  // Table 6 of arXiv:1512.03385: 0.27 million parameters; exactly 269,722 with gammas and betas.
  const auto network =
      build(ResNet{.depth = 20, .shortcut = ShortcutType::pad}, Task{}, /*seed=*/1);
  EXPECT_EQ(parameter_count(*network), 269722);
}

TEST(ResNetVariants, DeepStemsOfSmallImagesKeepTheResolution) {
  const Task grey{.channels = 1, .height = 28, .width = 28, .classes = 10};
  for (const auto& [plain, deep] :
       {std::pair{Stem::cifar, Stem::cifar_d}, std::pair{Stem::pooled, Stem::pooled_d}}) {
    const auto last = [&](Stem stem) {
      const auto graph = build(ResNet{.stem = stem, .blocks = {1, 1}}, grey, 1)->graph(grey);
      return graph->nodes[graph->nodes.size() - 3].shape;
    };
    EXPECT_EQ(last(plain), last(deep)) << name_of(deep);
  }
}

TEST(ResNetVariants, StartWithTensorFlowsDeviations) {
  const auto network =
      build(ResNet{.depth = 56, .init = Initialisation::tensorflow}, Task{}, /*seed=*/3);
  for (const auto& parameter : network->parameters()) {
    const auto n = static_cast<double>(parameter.value.numel());
    if (parameter.value.dim() == 4) {
      const double deviation = std::sqrt(1 / static_cast<double>(parameter.value[0].numel()));
      EXPECT_NEAR(parameter.value.std().item<double>() / deviation, 1, 5 / std::sqrt(2 * n))
          << parameter.name;
      EXPECT_LE(parameter.value.abs().max().item<double>(), 2 * deviation / 0.8796)
          << parameter.name;
    }
    if (parameter.name == "fc.weight") {
      EXPECT_NEAR(parameter.value.std().item<double>(), 0.01, 0.001);
    }
    if (parameter.name == "fc.bias") {
      EXPECT_FALSE(parameter.value.any().item<bool>());
    }
  }
}

TEST(ResNetVariants, TheLastLayerOfV2AndSqueezeExcitationStartAsInTimm) {
  const auto network =
      build(ResNet{.version = Version::v2, .blocks = {1, 1, 1, 1}, .se_ratio = 0.25},
            Task{.classes = 100}, /*seed=*/3);
  std::map<std::string, at::Tensor> values;
  for (const auto& parameter : network->parameters()) values[parameter.name] = parameter.value;
  EXPECT_NEAR(values.at("head.fc.weight").std().item<double>(), 0.01, 0.001);
  EXPECT_FALSE(values.at("head.fc.bias").any().item<bool>());
  std::int64_t biases = 0;
  for (const auto& [name, bias] : values) {
    if (name.find(".se.fc") == std::string::npos || !name.ends_with(".bias")) continue;
    const auto& filters = values.at(name.substr(0, name.size() - 4) + "weight");
    const double bound = 1 / std::sqrt(static_cast<double>(filters[0].numel()));
    EXPECT_LE(bias.abs().max().item<double>(), bound) << name;
    EXPECT_GT(bias.abs().max().item<double>(), bound / 2) << name;
    ++biases;
  }
  EXPECT_EQ(biases, 8);
}

TEST(ResNetVariants, BlocksOfV2StartAsTheIdentity) {
  const at::NoGradGuard guard;
  const Task task{.height = 16, .width = 16};
  const auto one = build(ResNet{.version = Version::v2, .blocks = {1}}, task, 1);
  const auto three = build(ResNet{.version = Version::v2, .blocks = {3}}, task, 1);
  const auto images = noise({4, 3, 16, 16}, 1).to(at::kFloat);
  one->train(false);
  three->train(false);
  EXPECT_TRUE(at::equal(one->forward(images), three->forward(images)));
}

void refuses(const ResNet& options, const std::string& option, const std::string& sentence) {
  try {
    build(options, Task{}, 1);
    ADD_FAILURE() << sentence;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_EQ(error.where().option, option) << error.what();
    EXPECT_NE(std::string(error.what()).find(sentence), std::string::npos) << error.what();
  }
}

TEST(ResNetVariants, RefuseWhatIsNoNetwork) {
  refuses({.depth = 20, .groups = 32}, "model.groups", "bottleneck");
  refuses({.depth = 20, .width_per_group = 32}, "model.width_per_group", "bottleneck");
  refuses({.block = BlockType::bottleneck, .blocks = {1}, .width_per_group = 1},
          "model.width_per_group", "0 channels");
  refuses({.stem = Stem::cifar_d, .blocks = {1}, .width = 1}, "model.width", "at least 2");
  refuses({.shortcut = ShortcutType::pad, .blocks = {1}, .width_factor = 0.5}, "model.shortcut",
          "appends channels");
  refuses({.depth = 21, .version = Version::v2}, "model.depth", "6n+4");
  refuses({.depth = 100, .stem = Stem::rs}, "model.depth", "420");
}

}  // namespace
}  // namespace temper::model
