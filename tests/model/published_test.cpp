// Networks against those of timm, torchvision and airbench, in float64, with weights from a
// formula.
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "temper/model/architecture.h"
#include "tests/support/everything.h"
#include "tests/support/golden.h"
#include "tests/support/reference_network.h"
#include "tests/support/tensor.h"

namespace temper::model {
namespace {

using temper::testing::noise;
using temper::testing::relative;
using temper::testing::state_of;
using temper::testing::take_weights;

constexpr double kTolerance = 1e-8;
constexpr double kLeast = 1e-6;

void expect_gradients(const Network& network, const nlohmann::json& expected) {
  ASSERT_EQ(network.parameters().size(), expected.size());
  const auto state = state_of(network);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto name = expected[i][0].get<std::string>();
    const auto& gradient = state.at(name).grad();
    ASSERT_TRUE(gradient.defined()) << name;
    const double norm = expected[i][1];
    // That of a bias before a normalization is zero but for rounding.
    const double within = kTolerance * std::max(norm, kLeast);
    EXPECT_NEAR(gradient.norm().item<double>(), norm, within) << name;
    const auto along = gradient.contiguous().flatten().mul(noise({gradient.numel()}, 5000 + i));
    EXPECT_NEAR(along.sum().item<double>(), expected[i][2].get<double>(), within) << name;
  }
}

struct Published {
  std::string name;
  Architecture options;
};

void PrintTo(const Published& published, std::ostream* out) {
  *out << published.name;
}

std::vector<Published> residual() {
  const ResNet bottlenecks{
      .stem = Stem::imagenet, .block = BlockType::bottleneck, .blocks = {1, 1, 1, 1}};
  std::vector<Published> all;
  const auto add = [&](const char* name, const auto& change) {
    auto options = bottlenecks;
    change(options);
    all.push_back({name, options});
  };
  add("v1", [](ResNet& o) { o.version = Version::v1; });
  add("d", [](ResNet& o) {
    o.stem = Stem::d;
    o.shortcut = ShortcutType::d;
    o.blocks = {1, 2, 1, 1};
  });
  add("rs", [](ResNet& o) {
    o.stem = Stem::rs;
    o.shortcut = ShortcutType::d;
    o.se_ratio = 0.25;
  });
  add("se_basic", [](ResNet& o) {
    o.block = BlockType::basic;
    o.blocks = {2, 1, 1, 1};
    o.se_ratio = 0.0625;
  });
  add("resnext", [](ResNet& o) {
    o.groups = 32;
    o.width_per_group = 4;
  });
  add("wide_bottlenecks", [](ResNet& o) { o.width_per_group = 128; });
  add("blur", [](ResNet& o) { o.anti_alias = true; });
  add("blur_basic", [](ResNet& o) {
    o.block = BlockType::basic;
    o.anti_alias = true;
  });
  add("v2", [](ResNet& o) {
    o.version = Version::v2;
    o.blocks = {1, 2, 1, 1};
  });
  add("v2_d", [](ResNet& o) {
    o.version = Version::v2;
    o.stem = Stem::d;
    o.shortcut = ShortcutType::d;
  });
  all.push_back({"wide", ResNet{.version = Version::v2, .blocks = {1, 1, 1}, .width_factor = 2}});
  all.push_back({"pad", ResNet{.shortcut = ShortcutType::pad, .blocks = {1, 1, 1}}});
  return all;
}

std::vector<Published> others() {
  return {
      {"tf_efficientnet_b0", EfficientNet{}},
      {"efficientnet_b0", EfficientNet{.dialect = MobileDialect::timm}},
      {"tf_efficientnet_lite0", EfficientNet{.variant = EfficientNetVariant::lite0}},
      {"mobilenetv3_large_100", MobileNetV3{}},
      {"mobilenetv3_small_100", MobileNetV3{.variant = MobileNetV3Variant::small}},
      {"tf_mobilenetv3_small_100",
       MobileNetV3{.variant = MobileNetV3Variant::small, .dialect = MobileDialect::tensorflow}},
      {"convnext", ConvNeXt{.depths = {1, 1, 2, 1}, .width = 8, .patch_size = 4}},
  };
}

std::vector<Published> airbench() {
  std::vector<Published> all;
  for (const auto variant :
       {AirbenchVariant::airbench94, AirbenchVariant::airbench95, AirbenchVariant::airbench96})
    all.push_back({std::string(name_of(variant)), Airbench{.variant = variant}});
  return all;
}

std::string file_of(const Architecture& options) {
  if (std::holds_alternative<ResNet>(options)) return "model/resnet_variants.json";
  if (std::holds_alternative<Airbench>(options)) return "model/airbench.json";
  return "model/networks.json";
}

class PublishedNetwork : public ::testing::TestWithParam<Published> {
 protected:
  [[nodiscard]] std::unique_ptr<Network> network() const {
    const std::int64_t side = expected["side"];
    auto made = build(GetParam().options, {.height = side, .width = side, .classes = 10}, 1);
    take_weights(*made, expected["state"]);
    return made;
  }
  [[nodiscard]] at::Tensor images() const {
    const std::int64_t side = expected["side"];
    return noise({4, 3, side, side}, 999).contiguous(at::MemoryFormat::ChannelsLast);
  }

  nlohmann::json expected = temper::testing::golden(file_of(GetParam().options))[GetParam().name];
};

TEST_P(PublishedNetwork, EvaluatesAsPublished) {
  const auto made = network();
  made->train(false);
  const at::NoGradGuard guard;
  EXPECT_LT(relative(made->forward(images()), temper::testing::tensor(expected["evaluated"])),
            kTolerance);
}

TEST_P(PublishedNetwork, EvaluatesInSinglePrecision) {
  const auto made = network();
  for (auto& [name, value] : state_of(*made))
    if (value.is_floating_point()) value.set_data(value.to(at::kFloat));
  made->train(false);
  const at::NoGradGuard guard;
  const auto input = images().to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
  const auto logits = temper::testing::tensor(expected["evaluated"]);
  EXPECT_LT(relative(made->forward(input).to(at::kDouble), logits), 1e-4);
}

TEST_P(PublishedNetwork, TrainsAsPublished) {
  const auto made = network();
  made->train(true);
  const auto logits = made->forward(images());
  EXPECT_LT(relative(logits.detach(), temper::testing::tensor(expected["trained"])), kTolerance);
  logits.square().mean().backward();
  expect_gradients(*made, expected["gradients"]);
  const auto state = state_of(*made);
  for (const auto& statistic : expected["running_var_sums"]) {
    const auto name = statistic[0].get<std::string>();
    const double sum = statistic[1];
    EXPECT_NEAR(state.at(name).sum().item<double>(), sum, kTolerance * sum) << name;
  }
}

std::string name_of_case(const ::testing::TestParamInfo<Published>& tried) {
  return tried.param.name;
}

INSTANTIATE_TEST_SUITE_P(ResNet, PublishedNetwork, ::testing::ValuesIn(residual()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Airbench, PublishedNetwork, ::testing::ValuesIn(airbench()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Others, PublishedNetwork, ::testing::ValuesIn(others()), name_of_case);

constexpr Task kLargeTask{.channels = 3, .height = 224, .width = 224, .classes = 1000};

TEST(Published, NetworksHaveAsManyParametersAsTimms) {
  const auto golden = temper::testing::golden("model/networks.json")["timms_parameters"];
  const auto same = [&](const std::string& name, const Architecture& options) {
    EXPECT_EQ(parameter_count(*build(options, kLargeTask, 1)), golden[name]) << name;
  };
  std::vector variants{EfficientNetVariant::b0, EfficientNetVariant::lite0,
                       EfficientNetVariant::lite2};
  if (temper::testing::everything())
    variants.insert(variants.end(),
                    {EfficientNetVariant::b1, EfficientNetVariant::b2, EfficientNetVariant::b3,
                     EfficientNetVariant::b4, EfficientNetVariant::lite1});
  for (const auto variant : variants)
    same(fmt::format("tf_efficientnet_{}", name_of(variant)), EfficientNet{.variant = variant});
  same("mobilenetv3_large_100", MobileNetV3{});
  same("mobilenetv3_large_075", MobileNetV3{.width_factor = 0.75});
  same("mobilenetv3_small_100", MobileNetV3{.variant = MobileNetV3Variant::small});
  if (temper::testing::everything()) same("convnext_tiny", ConvNeXt{});
}

TEST(Published, MultiplyAddsAreThePublishedOnes) {
  const auto same = [](const Architecture& options, double millions, double within) {
    const auto network = build(options, kLargeTask, 1);
    EXPECT_NEAR(static_cast<double>(multiply_adds(*network, kLargeTask)) / 1e6, millions, within)
        << millions;
  };
  same(EfficientNet{}, 390, 5);  // table 2 of arXiv:1905.11946: 0.39 billion
  same(MobileNetV3{}, 219, 3);   // table 3 of arXiv:1905.02244
  same(MobileNetV3{.variant = MobileNetV3Variant::small}, 56, 1.5);
  // Table 1 of arXiv:2201.03545: 4.5 billion.
  if (temper::testing::everything()) same(ConvNeXt{}, 4500, 50);
}

TEST(Published, EfficientNetsAreCountedAsTorchvisionPublishes) {
  // num_params and _ops of EfficientNet_B0_Weights to EfficientNet_B4_Weights in torchvision
  // 0.26.0, at the weights' crop size: the same layers with other names.
  struct Counted {
    EfficientNetVariant variant;
    std::int64_t side;
    std::int64_t parameters;
    double giga_multiply_adds;
  };
  for (const auto& [variant, side, parameters, expected] :
       std::vector<Counted>{{EfficientNetVariant::b0, 224, 5288548, 0.386},
                            {EfficientNetVariant::b1, 240, 7794184, 0.687},
                            {EfficientNetVariant::b2, 288, 9109994, 1.088},
                            {EfficientNetVariant::b3, 300, 12233232, 1.827},
                            {EfficientNetVariant::b4, 380, 19341616, 4.394}}) {
    if (parameters > 10'000'000 && !temper::testing::everything()) continue;
    const Task task{.channels = 3, .height = side, .width = side, .classes = 1000};
    for (const auto dialect : {MobileDialect::timm, MobileDialect::tensorflow}) {
      const auto network = build(EfficientNet{.variant = variant, .dialect = dialect}, task, 1);
      EXPECT_EQ(parameter_count(*network), parameters) << name_of(variant);
      EXPECT_NEAR(static_cast<double>(multiply_adds(*network, task)) / 1e9, expected, 5.1e-4)
          << name_of(variant);
    }
  }
}

}  // namespace
}  // namespace temper::model
