// Published networks in full against torchvision's and timm's, in float64, with weights from a
// formula of name and index. Smaller ones of each family are compared parameter by parameter in
// published_test.cpp.
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "temper/core/random.h"
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

constexpr double kTolerance = 1e-8;
constexpr double kNormWeight = 0.5;

std::map<std::string, Architecture> networks() {
  const auto resnet_rs = [](std::int64_t depth) {
    return ResNet{.depth = depth, .stem = Stem::rs, .shortcut = ShortcutType::d, .se_ratio = 0.25};
  };
  const auto second = Version::v2;
  const auto small = MobileNetV3Variant::small;
  const auto tensorflow = MobileDialect::tensorflow;
  std::map<std::string, Architecture> all{
      {"resnet34", ResNet{.depth = 34}},
      {"resnet50", ResNet{.depth = 50}},
      {"resnet101", ResNet{.depth = 101}},
      {"resnet152", ResNet{.depth = 152}},
      {"resnext50_32x4d", ResNet{.depth = 50, .groups = 32, .width_per_group = 4}},
      {"resnext101_64x4d", ResNet{.depth = 101, .groups = 64, .width_per_group = 4}},
      {"wide_resnet50_2", ResNet{.depth = 50, .width_per_group = 128}},
      {"resnet50d", ResNet{.depth = 50, .stem = Stem::d, .shortcut = ShortcutType::d}},
      {"resnet200d", ResNet{.depth = 200, .stem = Stem::d, .shortcut = ShortcutType::d}},
      {"seresnet50", ResNet{.depth = 50, .se_ratio = 0.0625}},
      {"resnetblur50", ResNet{.depth = 50, .anti_alias = true}},
      {"resnetv2_50", ResNet{.depth = 50, .version = second}},
      {"resnetv2_50d",
       ResNet{.depth = 50, .stem = Stem::d, .version = second, .shortcut = ShortcutType::d}},
      {"tf_efficientnet_lite1", EfficientNet{.variant = EfficientNetVariant::lite1}},
      {"tf_efficientnet_lite2", EfficientNet{.variant = EfficientNetVariant::lite2}},
      {"mobilenetv3_large_075", MobileNetV3{.width_factor = 0.75}},
      {"tf_mobilenetv3_large_075", MobileNetV3{.width_factor = 0.75, .dialect = tensorflow}},
      {"tf_mobilenetv3_large_100", MobileNetV3{.dialect = tensorflow}},
      {"tf_mobilenetv3_small_075",
       MobileNetV3{.variant = small, .width_factor = 0.75, .dialect = tensorflow}},
      {"convnext_tiny", ConvNeXt{.patch_size = 4}},
      {"convnext_small", ConvNeXt{.depths = {3, 3, 27, 3}, .patch_size = 4}},
  };
  for (const std::int64_t depth : {50, 101, 152, 200, 270, 350, 420})
    all.emplace(fmt::format("resnetrs{}", depth), resnet_rs(depth));
  for (const auto variant : {EfficientNetVariant::b1, EfficientNetVariant::b2,
                             EfficientNetVariant::b3, EfficientNetVariant::b4}) {
    all.emplace(fmt::format("tf_efficientnet_{}", name_of(variant)),
                EfficientNet{.variant = variant});
    all.emplace(fmt::format("efficientnet_{}", name_of(variant)),
                EfficientNet{.variant = variant, .dialect = MobileDialect::timm});
  }
  // A stem for large images, whatever the size of those of the test.
  for (auto& [name, options] : all)
    if (auto* resnet = std::get_if<ResNet>(&options); resnet && resnet->stem == Stem::automatic)
      resnet->stem = Stem::imagenet;
  return all;
}

/// The stage: a parameter's name up to its first number.
std::string part_of(const std::string& name) {
  const auto digit = name.find_first_of("0123456789");
  return digit == std::string::npos ? name
                                    : name.substr(0, name.find_first_not_of("0123456789", digit));
}

/// In a number format.
void take_weights(const Network& network, at::ScalarType format) {
  const at::NoGradGuard guard;
  for (const auto& [name, value] : state_of(network)) {
    if (value.is_floating_point()) value.set_data(value.to(format));
    temper::testing::fill(name, value, coordinate(name), kNormWeight);
  }
}

void compare(const Architecture& options, const nlohmann::json& expected) {
  const std::int64_t side = expected["side"];
  const auto network = build(options, {.height = side, .width = side, .classes = 10}, 1);
  ASSERT_EQ(state_of(*network).size(), expected["tensors"].get<std::size_t>());
  take_weights(*network, at::kDouble);
  const auto images = noise({4, 3, side, side}, 999).contiguous(at::MemoryFormat::ChannelsLast);

  network->train(false);
  const auto evaluated = temper::testing::tensor(expected["evaluated"]);
  {
    const at::NoGradGuard guard;
    EXPECT_LT(relative(network->forward(images), evaluated), kTolerance);
  }

  network->train(true);
  const auto trained = network->forward(images);
  EXPECT_LT(relative(trained.detach(), temper::testing::tensor(expected["trained"])), kTolerance);
  trained.square().mean().backward();
  std::map<std::string, double> squares;
  std::map<std::string, double> along;
  for (const auto& parameter : network->parameters()) {
    const auto gradient = parameter.value.grad().contiguous().flatten();
    const auto direction = noise({gradient.numel()}, coordinate(parameter.name) + 1);
    squares[part_of(parameter.name)] += gradient.square().sum().item<double>();
    along[part_of(parameter.name)] += gradient.dot(direction).item<double>();
  }
  ASSERT_EQ(squares.size(), expected["squares"].size());
  for (const auto& [part, square] : squares) {
    const double norm = std::sqrt(expected["squares"].at(part).get<double>());
    EXPECT_NEAR(std::sqrt(square), norm, kTolerance * norm) << part;
    EXPECT_NEAR(along[part], expected["along"].at(part).get<double>(), kTolerance * norm) << part;
  }

  take_weights(*network, at::kFloat);
  network->train(false);
  const at::NoGradGuard guard;
  const auto single = images.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_LT(relative(network->forward(single).to(at::kDouble), evaluated), 1e-4);
}

TEST(WholeNetworks, AreThePublishedOnes) {
  const auto golden = temper::testing::golden("model/whole_networks.json");
  const auto all = networks();
  EXPECT_EQ(all.size() + 1, golden.size());  // and the versions
  for (const auto& [name, options] : all) {
    if (name != "mobilenetv3_large_075" && !temper::testing::everything()) continue;
    SCOPED_TRACE(name);
    compare(options, golden.at(name));
  }
}

}  // namespace
}  // namespace temper::model
