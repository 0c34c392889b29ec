// timm's names of networks: each stands for the network that timm makes.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
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

/// A row of timm's results/benchmark-infer-amp-nchw-pt240-cu124-rtx4090.csv, in
/// github.com/huggingface/pytorch-image-models at commit aa4b5850.
struct Counted {
  std::string_view name;
  std::int64_t infer_img_size;
  double infer_gmacs;  ///< billions: multiply-adds, and two for each value that is normalized
  double infer_macts;  ///< millions of values that convolutions give; nearly all are normalized
};

constexpr auto kCounted = std::to_array<Counted>({{"efficientnet_b0", 224, 0.40, 6.75},
                                                  {"efficientnet_b1", 240, 0.71, 10.88},
                                                  {"efficientnet_b2", 288, 1.12, 16.20},
                                                  {"efficientnet_b3", 288, 1.63, 21.49},
                                                  {"efficientnet_b4", 320, 3.13, 34.76},
                                                  {"tf_efficientnet_b1", 240, 0.71, 10.88},
                                                  {"tf_efficientnet_b4", 380, 4.49, 49.49},
                                                  {"efficientnet_lite0", 224, 0.40, 6.74},
                                                  {"tf_efficientnet_lite0", 224, 0.40, 6.74},
                                                  {"tf_efficientnet_lite1", 240, 0.62, 10.14},
                                                  {"tf_efficientnet_lite2", 260, 0.89, 12.90},
                                                  {"resnet50d", 224, 4.35, 11.92},
                                                  {"resnet101d", 256, 10.55, 22.25},
                                                  {"resnet152d", 256, 15.41, 30.51},
                                                  {"resnet200d", 256, 20.00, 43.09},
                                                  {"resnetrs50", 160, 2.29, 6.20},
                                                  {"resnetrs101", 192, 6.04, 12.70},
                                                  {"resnetrs152", 256, 15.59, 30.83},
                                                  {"resnetrs200", 256, 20.18, 43.42},
                                                  {"resnetrs270", 256, 27.06, 55.84},
                                                  {"resnetrs350", 288, 43.67, 87.09},
                                                  {"resnetrs420", 320, 64.20, 126.56},
                                                  {"seresnet50", 224, 4.11, 11.13},
                                                  {"seresnet101", 224, 7.84, 16.27},
                                                  {"seresnet152", 224, 11.57, 22.61},
                                                  {"resnetv2_50", 224, 4.11, 11.11},
                                                  {"resnetv2_101", 224, 7.83, 16.23},
                                                  {"resnetv2_50d", 224, 4.35, 11.92},
                                                  {"resnetblur50", 224, 5.16, 12.02}});

TEST(TimmNames, StandForNetworksWithTheMultiplyAddsThatTimmPublishes) {
  const auto golden = temper::testing::golden("model/timm_names.json");
  for (const auto& [name, side, operations, values] : kCounted) {
    const auto parameters = golden.at(std::string(name))["parameters"].get<std::int64_t>();
    if (parameters > kLarge && !temper::testing::everything()) continue;
    const Task task{.channels = 3, .height = side, .width = side, .classes = 1000};
    const auto network = build(architecture_of(name).value(), task, 1);
    EXPECT_NEAR(static_cast<double>(multiply_adds(*network, task)) / 1e9,
                operations - 2e-3 * values, 7.5e-3)
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
  EXPECT_FALSE(timm_name_of(ConvNeXt{}, {.height = 28, .width = 28}))
      << "of which timm's network leaves nothing";
  EXPECT_FALSE(timm_name_of(ResNet{.depth = 20}, {.height = 28, .width = 28}));
  EXPECT_EQ(timm_name_of(ConvNeXt{}, kImageNet), "convnext_tiny");
  EXPECT_TRUE(same_network(ResNet{.depth = 50}, by_blocks, kImageNet));
  EXPECT_FALSE(
      same_network(ResNet{.depth = 50}, ResNet{.depth = 50, .anti_alias = true}, kImageNet));
  EXPECT_FALSE(same_network(ResNet{.depth = 50}, ConvNeXt{}, kImageNet));
}

}  // namespace
}  // namespace temper::model
