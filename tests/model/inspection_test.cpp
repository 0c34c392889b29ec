#include "temper/model/inspection.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

#include "temper/core/error.h"
#include "temper/model/architecture.h"
#include "temper/model/module.h"

namespace temper::model {
namespace {

constexpr Task kTask{.channels = 3, .height = 64, .width = 48, .classes = 10};

std::int64_t sum(const Inspection& inspection, std::int64_t Inspection::Layer::* count) {
  return std::accumulate(
      inspection.layers.begin(), inspection.layers.end(), std::int64_t{0},
      [&](std::int64_t total, const auto& layer) { return total + layer.*count; });
}

TEST(Inspection, LayersHaveAllParametersAndMultiplyAdds) {
  const std::vector<Architecture> all{
      ResNet{.stem = Stem::rs, .blocks = {1, 1}, .se_ratio = 0.25},
      ResNet{.version = Version::v2, .blocks = {1, 1}, .anti_alias = true},
      EfficientNet{},
      MobileNetV3{},
      ConvNeXt{.depths = {1, 1}, .width = 8},
      Airbench{}};
  for (const auto& architecture : all) {
    const auto network = build(architecture, kTask, 1);
    const auto found = inspect(*network, kTask);
    EXPECT_EQ(found.parameters, parameter_count(*network));
    EXPECT_EQ(sum(found, &Inspection::Layer::parameters), found.parameters);
    EXPECT_EQ(sum(found, &Inspection::Layer::multiply_adds), found.multiply_adds);
    EXPECT_EQ(found.layers.back().shape, Shape{.channels = 10});
  }
}

TEST(Inspection, CountsActivations) {
  // Of one basic block of width 16 without a projection: stem and both convolutions with their
  // normalizations, the addition, pooling and logits.
  const Task task{.channels = 1, .height = 8, .width = 8, .classes = 10};
  const auto found = inspect(*build(ResNet{.blocks = {1}, .width = 16}, task, 1), task);
  const std::int64_t map = 16 * 8 * 8;
  EXPECT_EQ(found.kept, 64 + 7 * map + 16 + 10);
  EXPECT_EQ(found.largest, 3 * map);  // the block's input, and a layer's input and result
  EXPECT_EQ(evaluation_bytes(found, 2), 4 * (found.parameters + found.buffers + 2 * found.largest));
  EXPECT_EQ(training_bytes(found, 2, 1),
            4 * (3 * found.parameters + found.buffers + 2 * found.kept));
}

TEST(Inspection, TellsFixedWeightsFromStatistics) {
  const auto resnet = inspect(*build(ResNet{.blocks = {1}, .width = 16}, kTask, 1), kTask);
  EXPECT_EQ(resnet.fixed, 0);
  EXPECT_EQ(resnet.buffers, 3 * (2 * 16 + 1)) << "mean, variance and counter of three layers";
  // The whitening filters, two for each value of a 2 x 2 patch, and gamma of BatchNorm, which has
  // two statistics and a counter beside it.
  const auto network = build(Airbench{}, kTask, 1);
  const auto airbench = inspect(*network, kTask);
  const auto patch = kTask.channels * 4;
  std::int64_t gammas = 0, layers = 0;
  for (const auto& buffer : network->buffers()) {
    if (buffer.name.ends_with(".running_mean")) gammas += buffer.value.numel();
    if (buffer.name.ends_with(".running_mean")) ++layers;
  }
  EXPECT_EQ(airbench.fixed, 2 * patch * patch + gammas);
  EXPECT_EQ(airbench.buffers - airbench.fixed, 2 * gammas + layers);
}

TEST(Inspection, OfAModuleIsRefused) {
  const auto network = wrap(std::make_shared<torch::nn::LinearImpl>(4, 2));
  EXPECT_THROW((void)inspect(*network, kTask), Error);
}

}  // namespace
}  // namespace temper::model
