// How Muon divides the parameters of networks with depthwise convolutions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "temper/model/architecture.h"
#include "temper/train/state.h"

namespace temper::train {
namespace {

constexpr model::Task kTask{.channels = 3, .height = 32, .width = 32, .classes = 10};

/// Names of the parameters that Muon updates itself.
std::set<std::string> orthogonalised(const model::Architecture& architecture) {
  recipe::Recipe recipe;
  recipe.model = architecture;
  recipe.optimizer = optim::Muon{};
  const auto state = start(recipe, model::build(architecture, kTask, 1));
  std::set<std::string> names;
  const std::string means = "mean/";
  for (const auto& [name, tensor] : state.optimizer.tensors)
    if (name.starts_with(means)) names.insert(name.substr(means.size()));
  return names;
}

TEST(MuonInNetworks, OfConvNeXt) {
  EXPECT_THAT(orthogonalised(model::ConvNeXt{.depths = {1, 1}, .width = 8}),
              ::testing::UnorderedElementsAre(
                  "stem.0.weight", "stages.0.blocks.0.mlp.fc1.weight",
                  "stages.0.blocks.0.mlp.fc2.weight", "stages.1.downsample.1.weight",
                  "stages.1.blocks.0.mlp.fc1.weight", "stages.1.blocks.0.mlp.fc2.weight"));
}

TEST(MuonInNetworks, OfInvertedResidualsAllButDepthwiseFilters) {
  const std::vector<model::Architecture> all{
      model::EfficientNet{}, model::EfficientNet{.variant = model::EfficientNetVariant::lite0},
      model::MobileNetV3{.variant = model::MobileNetV3Variant::small}};
  for (const auto& architecture : all) {
    std::set<std::string> expected;
    int depthwise = 0;
    const auto network = model::build(architecture, kTask, 1);
    for (const auto& parameter : network->parameters()) {
      if (parameter.kind != model::ParameterKind::weight) continue;
      if (parameter.name.ends_with("conv_dw.weight"))
        ++depthwise;
      else
        expected.insert(parameter.name);
    }
    EXPECT_GE(depthwise, 11);
    EXPECT_THAT(orthogonalised(architecture), ::testing::ContainerEq(expected));
  }
}

TEST(MuonInNetworks, OfAResidualNetworkAllFilters) {
  const model::ResNet options{.blocks = {1, 1}};
  std::set<std::string> expected;
  const auto network = model::build(options, kTask, 1);
  for (const auto& parameter : network->parameters())
    if (parameter.kind == model::ParameterKind::weight) expected.insert(parameter.name);
  EXPECT_THAT(orthogonalised(options), ::testing::ContainerEq(expected));
}

}  // namespace
}  // namespace temper::train
