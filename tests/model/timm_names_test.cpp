// timm's names of networks: each stands for the network that timm makes.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "temper/model/timm_names.h"
#include "tests/support/everything.h"
#include "tests/support/golden.h"
#include "tests/support/reference_network.h"

namespace temper::model {
namespace {

constexpr Task kImageNet{.channels = 3, .height = 224, .width = 224, .classes = 1000};
constexpr std::int64_t kLarge = 12'000'000;  // parameters, which are drawn

/// FNV-1a with 64 bits, as in scripts/golden/timm_names.py.
std::string hashed(const std::string& text) {
  std::uint64_t value = 0xCBF29CE484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return fmt::format("{:016x}", value);
}

/// timm's last layer of pre-activation networks is a 1x1 convolution.
std::vector<std::int64_t> timms_shape(std::string_view network, const std::string& name,
                                      const at::Tensor& value) {
  auto shape = value.sizes().vec();
  if (network.starts_with("resnetv2") && name == "head.fc.weight") shape.resize(4, 1);
  return shape;
}

TEST(TimmNames, StandForNetworksWithTimmsTensors) {
  const auto golden = temper::testing::golden("model/timm_names.json");
  for (const auto name : timm_names()) {
    const auto& expected = golden.at(std::string(name));
    if (expected["parameters"].get<std::int64_t>() > kLarge && !temper::testing::everything())
      continue;
    const auto network = build(architecture_of(name).value(), kImageNet, 1);
    std::vector<std::string> lines;
    for (const auto& [key, value] : temper::testing::state_of(*network))
      lines.push_back(fmt::format("{} [{}]", key, fmt::join(timms_shape(name, key, value), ", ")));
    std::ranges::sort(lines);
    EXPECT_EQ(lines.size(), expected["tensors"].get<std::size_t>()) << name;
    EXPECT_EQ(parameter_count(*network), expected["parameters"].get<std::int64_t>()) << name;
    EXPECT_EQ(hashed(fmt::format("{}", fmt::join(lines, "\n"))),
              expected["hash"].get<std::string>())
        << name;
  }
}

TEST(TimmNames, AreFoundAgainFromTheArchitecture) {
  for (const auto name : timm_names())
    EXPECT_EQ(timm_name_of(architecture_of(name).value(), kImageNet), name);
}

TEST(TimmNames, MayHaveATag) {
  EXPECT_EQ(std::get<ResNet>(architecture_of("resnet50.a1_in1k").value()).depth, 50);
  EXPECT_FALSE(architecture_of("resnet51"));
  EXPECT_FALSE(architecture_of(""));
}

TEST(TimmNames, AreThoseOfTheNetworkNotOfItsDescription) {
  EXPECT_EQ(timm_name_of(ResNet{.depth = 50}, kImageNet), "resnet50") << "stem auto";
  const ResNet by_blocks{
      .stem = Stem::imagenet, .block = BlockType::bottleneck, .blocks = {3, 4, 6, 3}, .width = 64};
  EXPECT_EQ(timm_name_of(by_blocks, kImageNet), "resnet50");
  ResNet dropped{.depth = 18};
  dropped.stochastic_depth = regularize::StochasticDepth{};
  dropped.init = Initialisation::tensorflow;
  EXPECT_EQ(timm_name_of(dropped, kImageNet), "resnet18");
  EXPECT_FALSE(timm_name_of(ResNet{.depth = 18, .stem = Stem::cifar}, kImageNet));
  EXPECT_FALSE(timm_name_of(ResNet{.depth = 50, .version = Version::v1}, kImageNet));
  EXPECT_FALSE(timm_name_of(ConvNeXt{}, {.height = 64, .width = 64})) << "patches of 1 pixel";
  EXPECT_EQ(timm_name_of(ConvNeXt{}, kImageNet), "convnext_tiny");
  EXPECT_TRUE(same_network(ResNet{.depth = 50}, by_blocks, kImageNet));
  EXPECT_FALSE(
      same_network(ResNet{.depth = 50}, ResNet{.depth = 50, .anti_alias = true}, kImageNet));
  EXPECT_FALSE(same_network(ResNet{.depth = 50}, ConvNeXt{}, kImageNet));
}

}  // namespace
}  // namespace temper::model
