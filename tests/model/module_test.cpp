#include "temper/model/module.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <map>

namespace temper::model {
namespace {

struct Small : torch::nn::Module {
  Small()
      : conv(register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 4, 3)))),
        up(register_module("up", torch::nn::ConvTranspose2d(
                                     torch::nn::ConvTranspose2dOptions(4, 2, 2).stride(2)))),
        norm(register_module("norm", torch::nn::BatchNorm2d(2))),
        layer(register_module("layer", torch::nn::LayerNorm(torch::nn::LayerNormOptions({2})))),
        fc(register_module("fc", torch::nn::Linear(2, 3))),
        scale(register_parameter("scale", at::ones({}))),
        frozen(register_parameter("frozen", at::ones({2, 2}), /*requires_grad=*/false)) {
    register_module("again", fc);
  }
  at::Tensor forward(at::Tensor x) {
    x = norm(up(conv(x))).mean({2, 3});
    return fc(layer(x)) * scale;
  }

  torch::nn::Conv2d conv;
  torch::nn::ConvTranspose2d up;
  torch::nn::BatchNorm2d norm;
  torch::nn::LayerNorm layer;
  torch::nn::Linear fc;
  at::Tensor scale;
  at::Tensor frozen;
};

constexpr Task kTask{.channels = 1, .height = 8, .width = 8, .classes = 3};

TEST(WrappedModule, TakesKindsFromTheModulesTypes) {
  std::map<std::string, ParameterKind> kinds;
  const auto network = wrap(std::make_shared<Small>());
  for (const auto& parameter : network->parameters()) kinds[parameter.name] = parameter.kind;
  using enum ParameterKind;
  EXPECT_EQ(kinds, (std::map<std::string, ParameterKind>{{"conv.weight", weight},
                                                         {"conv.bias", bias},
                                                         {"up.weight", weight},
                                                         {"up.bias", bias},
                                                         {"norm.weight", norm_weight},
                                                         {"norm.bias", norm_bias},
                                                         {"layer.weight", norm_weight},
                                                         {"layer.bias", norm_bias},
                                                         {"fc.weight", weight},
                                                         {"fc.bias", bias},
                                                         {"scale", bias},
                                                         {"frozen", weight}}));
}

TEST(WrappedModule, CountsTheModulesThatHoldParametersAsLayers) {
  std::map<std::string, std::int64_t> layers;
  const auto network = wrap(std::make_shared<Small>());
  for (const auto& parameter : network->parameters()) layers[parameter.name] = parameter.layer;
  // The module itself comes first, with what it holds directly.
  EXPECT_EQ(layers["scale"], 0);
  EXPECT_EQ(layers["conv.weight"], 1);
  EXPECT_EQ(layers["conv.bias"], 1);
  EXPECT_EQ(layers["up.bias"], 2);
  EXPECT_EQ(layers["norm.weight"], 3);
  EXPECT_EQ(layers["layer.weight"], 4);
  EXPECT_EQ(layers["fc.weight"], 5);
}

TEST(WrappedModule, KnowsOfNoStages) {
  const auto network = wrap(std::make_shared<Small>());
  EXPECT_EQ(network->stages(), 0);
  network->freeze(0);
  EXPECT_FALSE(network->parameters()[1].value.requires_grad()) << "what the user froze stays so";
}

TEST(WrappedModule, SharesItsTensorsWithTheModule) {
  const auto module = std::make_shared<Small>();
  const auto network = wrap(module);
  for (const auto& parameter : network->parameters())
    EXPECT_EQ(parameter.value.is_same(module->fc->weight), parameter.name == "fc.weight");
  EXPECT_EQ(module->conv->weight.strides(), (std::vector<std::int64_t>{9, 1, 3, 1}));
  EXPECT_EQ(network->buffers().size(), 3U);
}

TEST(WrappedModule, ForwardsAndSwitchesItsMode) {
  const auto module = std::make_shared<Small>();
  const auto network = wrap(module);
  network->train(false);
  const auto images = at::ones({2, 1, 8, 8});
  EXPECT_TRUE(at::equal(network->forward(images), module->forward(images)));
  EXPECT_FALSE(module->norm->is_training());
  network->train(true);
  EXPECT_TRUE(module->norm->is_training());
}

TEST(WrappedModule, KeepsBatchNormInEvaluationMode) {
  const auto module = std::make_shared<Small>();
  const auto network = wrap(module);
  EXPECT_TRUE(network->set_norm_eval(true));
  EXPECT_FALSE(network->set_statistics_momentum(std::nullopt)) << "no pass updates them";
  network->train(true);
  EXPECT_TRUE(module->conv->is_training());
  EXPECT_FALSE(module->norm->is_training());
  const auto mean = module->norm->running_mean.clone();
  network->forward(at::ones({2, 1, 8, 8})).sum().backward();
  EXPECT_TRUE(at::equal(module->norm->running_mean, mean));
  EXPECT_TRUE(module->norm->weight.grad().defined());
  EXPECT_TRUE(network->set_norm_eval(false));
  EXPECT_TRUE(module->norm->is_training());
}

TEST(MultiplyAdds, CountConvolutionsAndMatrixProducts) {
  // conv: 6*6*4 outputs of 9; up: 6*6*4 inputs, each to 2 channels of 2x2; fc: 2 x 3.
  EXPECT_EQ(multiply_adds(*wrap(std::make_shared<Small>()), kTask),
            6 * 6 * 4 * 9 + 6 * 6 * 4 * 2 * 2 * 2 + 2 * 3);
}

TEST(MultiplyAdds, CountGroupedConvolutionsByTheirGroups) {
  const torch::nn::Sequential body(
      torch::nn::Conv2d(torch::nn::Conv2dOptions(4, 8, 3).padding(1).groups(4).bias(false)));
  EXPECT_EQ(multiply_adds(*wrap(body.ptr()), {.channels = 4, .height = 5, .width = 5}),
            5 * 5 * 8 * 9);
}

}  // namespace
}  // namespace temper::model
