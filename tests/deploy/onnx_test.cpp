// Networks as models of ONNX, computed by code that knows only ONNX's operators.
#include "temper/deploy/onnx.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/deploy/reference.h"
#include "temper/io/format/onnx_file.h"
#include "temper/model/architecture.h"
#include "temper/train/tensors.h"
#include "tests/deploy/onnx_interpreter.h"
#include "tests/support/networks.h"
#include "tests/support/reference_network.h"

namespace temper::deploy {
namespace {

using ::testing::HasSubstr;

constexpr model::Task kTask{.channels = 3, .height = 36, .width = 28, .classes = 10};

at::Tensor images_for(const model::Task& task, std::int64_t count) {
  return at::randn({count, task.channels, task.height, task.width})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

/// In evaluation mode, with running statistics that are not those of a new network.
std::unique_ptr<model::Network> trained(const model::Architecture& options,
                                        const model::Task& task = kTask) {
  const at::NoGradGuard guard;
  auto network = model::build(options, task, 5);
  network->train(true);
  network->forward(images_for(task, 4));
  network->train(false);
  return network;
}

std::int64_t count(const OnnxGraph& graph, const std::string& op) {
  return std::ranges::count(graph.model.nodes, op, &io::OnnxNode::op);
}

Error error_of(model::Network& network, const OnnxOptions& options) {
  try {
    (void)to_onnx(network, kTask, options);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected a temper::Error";
  return {Code::internal, ""};
}

/// With TEMPER_ONNX_FOLDER in the environment: writes the model there, and batches of images with
/// the network's logits. tests/program/onnx.sh computes them with onnxruntime.
void keep(const std::string& name, const OnnxGraph& graph, model::Network& network,
          const OnnxOptions& options) {
  const auto* const folder = std::getenv("TEMPER_ONNX_FOLDER");  // NOLINT(concurrency-mt-unsafe)
  if (folder == nullptr) return;
  const auto path = std::filesystem::path(folder) / name;
  io::write_onnx(path.string() + ".onnx", graph.model);
  std::vector<train::Named> tensors;
  for (const std::int64_t batch : {1, 8}) {
    const auto images = images_for(kTask, batch);
    tensors.emplace_back(fmt::format("input{}", batch), images);
    tensors.emplace_back(fmt::format("output{}", batch), expected_output(network, images, options));
  }
  train::save_tensors(path.string() + ".safetensors", tensors);
}

TEST(Onnx, ComputesTheLogitsOfEveryNetwork) {
  const at::NoGradGuard guard;
  int number = 0;
  for (const auto& [name, architecture] : temper::testing::networks()) {
    const auto network = trained(architecture);
    const auto images = images_for(kTask, 4);
    const auto expected = network->forward(images);
    for (const bool folded : {true, false}) {
      const OnnxOptions options{.opset = folded ? kDefaultOpset : kNewestOpset,
                                .fold_batchnorm = folded};
      const auto graph = to_onnx(*network, kTask, options);
      EXPECT_TRUE(OnnxInterpreter(graph).run(images).allclose(expected, 1e-3, 1e-4))
          << name << (folded ? ", folded" : "");
      keep(fmt::format("{:02}{}", number, folded ? "-folded" : ""), graph, *network, options);
    }
    ++number;
  }
}

TEST(Onnx, ComputesTheLogitsForImagesThatShrinkToOnePixel) {
  const at::NoGradGuard guard;
  for (const auto shortcut : {model::ShortcutType::d, model::ShortcutType::projection})
    for (const auto& [height, width] : {std::pair{4, 1}, std::pair{1, 5}, std::pair{17, 9}}) {
      const model::Task task{.channels = 1, .height = height, .width = width, .classes = 3};
      const auto network = trained(model::ResNet{.stem = model::Stem::cifar,
                                                 .shortcut = shortcut,
                                                 .blocks = {1, 1, 1, 1},
                                                 .width = 8,
                                                 .anti_alias = true,
                                                 .zero_init_last = false},
                                   task);
      const auto images = images_for(task, 2);
      const auto found = OnnxInterpreter(to_onnx(*network, task, {})).run(images);
      EXPECT_TRUE(found.allclose(network->forward(images), 1e-3, 1e-4)) << height << " x " << width;
    }
}

TEST(Onnx, NamesEveryValueOnceAndBeforeItIsRead) {
  for (const auto& [name, architecture] : temper::testing::networks()) {
    const auto graph = to_onnx(*trained(architecture), kTask, {});
    std::set<std::string> values{"images"}, nodes;
    for (const auto& tensor : graph.model.initializers)
      EXPECT_TRUE(values.insert(tensor.name).second) << name << ": " << tensor.name;
    for (const auto& node : graph.model.nodes) {
      EXPECT_TRUE(nodes.insert(node.name).second) << name << ": " << node.name;
      for (const auto& input : node.inputs)
        EXPECT_TRUE(values.contains(input)) << name << ": " << input;
      for (const auto& output : node.outputs)
        EXPECT_TRUE(values.insert(output).second) << name << ": " << output;
    }
    EXPECT_TRUE(values.contains("logits")) << name;
  }
}

TEST(Onnx, HoldsEveryParameterUnderItsNameUnlessItIsFolded) {
  const auto network = trained(model::ResNet{.blocks = {1, 2, 1}});
  const auto graph = to_onnx(*network, kTask, {.fold_batchnorm = false});
  const auto state = temper::testing::state_of(*network);
  std::size_t held = 0;
  for (const auto& view : graph.model.initializers) {
    const auto found = state.find(view.name);
    if (found == state.end()) continue;
    ++held;
    EXPECT_TRUE(train::to_tensor(view).equal(found->second.contiguous())) << view.name;
  }
  std::size_t counters = 0;
  for (const auto& [name, value] : state)
    if (!value.is_floating_point()) ++counters;
  EXPECT_EQ(held, state.size() - counters);
}

TEST(Onnx, FoldsEachBatchNormThatFollowsAConvolution) {
  const auto layers = [](const model::Network& network) {
    return std::ranges::count_if(network.buffers(), [](const model::Buffer& buffer) {
      return buffer.name.ends_with("running_mean");
    });
  };
  const auto network = trained(model::ResNet{.blocks = {1, 2, 1}});
  EXPECT_EQ(count(to_onnx(*network, kTask, {}), "BatchNormalization"), 0);
  EXPECT_EQ(count(to_onnx(*network, kTask, {.fold_batchnorm = false}), "BatchNormalization"),
            layers(*network));
  // With normalization first, that of each block's second convolution follows the first one.
  const auto second = trained(model::ResNet{.version = model::Version::v2, .blocks = {1, 2, 1}});
  const auto kept = count(to_onnx(*second, kTask, {}), "BatchNormalization");
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, layers(*second));
}

TEST(Onnx, AFoldedFilterIsScaledAndShifted) {
  const auto network = trained(model::ResNet{.blocks = {1, 1, 1}});
  const auto state = temper::testing::state_of(*network);
  const auto scale =
      state.at("bn1.weight").div(state.at("bn1.running_var").add(1e-5).sqrt()).detach();
  const auto weight = state.at("conv1.weight").mul(scale.view({-1, 1, 1, 1}));
  const auto bias = state.at("bn1.bias").sub(state.at("bn1.running_mean").mul(scale));
  const auto graph = to_onnx(*network, kTask, {});
  const auto held = [&](const std::string& name) {
    const auto found = std::ranges::find(graph.model.initializers, name, &io::TensorView::name);
    EXPECT_NE(found, graph.model.initializers.end()) << name;
    return train::to_tensor(*found);
  };
  EXPECT_TRUE(held("conv1.weight").allclose(weight, 1e-5, 1e-7));
  EXPECT_TRUE(held("conv1.bias").allclose(bias, 1e-5, 1e-6));
}

TEST(Onnx, ZerosBeforeAConvolutionArePaddingOfIt) {
  const auto network = trained(model::EfficientNet{});
  EXPECT_EQ(count(to_onnx(*network, kTask, {}), "Pad"), 0);
}

TEST(Onnx, NormalizesPixelsOnRequest) {
  const at::NoGradGuard guard;
  const auto network = trained(model::ResNet{.depth = 8});
  const augment::Normalisation normalisation{.mean = {0.4, 0.5, 0.6}, .std = {0.2, 0.25, 0.3}};
  const auto pixels = at::randint(256, {4, 3, 36, 28}).to(at::kFloat);
  const auto mean = at::tensor(normalisation.mean, at::kFloat).view({-1, 1, 1});
  const auto deviation = at::tensor(normalisation.std, at::kFloat).view({-1, 1, 1});
  const auto input = pixels.div(255).sub(mean).div(deviation);
  const auto graph = to_onnx(*network, kTask, {.normalisation = normalisation});
  EXPECT_TRUE(OnnxInterpreter(graph).run(pixels).allclose(network->forward(input), 1e-3, 1e-4));
}

TEST(Onnx, EndsWithProbabilitiesAtATemperatureOnRequest) {
  const at::NoGradGuard guard;
  const auto network = trained(model::ResNet{.depth = 8});
  const auto images = images_for(kTask, 4);
  const auto logits = network->forward(images);
  const auto graph = to_onnx(*network, kTask, {.softmax = true, .temperature = 2.5});
  EXPECT_EQ(graph.model.outputs.front().name, "probabilities");
  EXPECT_TRUE(OnnxInterpreter(graph).run(images).allclose(logits.div(2.5).softmax(1), 1e-4, 1e-5));
  // A temperature is of no consequence without a softmax.
  const auto plain = to_onnx(*network, kTask, {.temperature = 2.5});
  EXPECT_TRUE(OnnxInterpreter(plain).run(images).allclose(logits, 1e-3, 1e-4));
}

TEST(Onnx, GivesRegressionTargetsInTheirUnits) {
  const at::NoGradGuard guard;
  const model::Task task{.channels = 1, .height = 12, .width = 12, .classes = 2};
  const auto network = trained(model::ResNet{.depth = 8}, task);
  const auto images = images_for(task, 4);
  const auto graph = to_onnx(*network, task, {.scale = {.mean = {3, -4}, .deviation = {2, 0.5}}});
  EXPECT_EQ(graph.model.outputs.front().name, "values");
  const auto expected =
      network->forward(images).mul(at::tensor({2.0F, 0.5F})).add(at::tensor({3.0F, -4.0F}));
  EXPECT_TRUE(OnnxInterpreter(graph).run(images).allclose(expected, 1e-3, 1e-4));
}

TEST(Onnx, HasTheFormatThatFitsItsOpset) {
  const auto network = trained(model::ResNet{.depth = 8});
  for (const auto& [opset, format] : {std::pair{13, 7}, std::pair{14, 7}, std::pair{17, 8},
                                      std::pair{18, 8}, std::pair{19, 9}, std::pair{22, 10}}) {
    const auto graph = to_onnx(*network, kTask, {.opset = opset});
    EXPECT_EQ(graph.model.opset, opset);
    EXPECT_EQ(graph.model.ir_version, format) << opset;
  }
}

TEST(Onnx, RefusesAnOpsetThatCannotHoldTheNetwork) {
  const auto residual = trained(model::ResNet{.depth = 8});
  for (const std::int64_t opset : {0, 12, 23}) {
    const auto error = error_of(*residual, {.opset = opset});
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("opset 13 to 22")) << opset;
  }
  const auto mobile = trained(model::MobileNetV3{.variant = model::MobileNetV3Variant::small});
  EXPECT_THAT(error_of(*mobile, {.opset = 13}).what(), HasSubstr("HardSwish"));
  EXPECT_EQ(to_onnx(*mobile, kTask, {.opset = 14}).model.opset, 14);
  const auto convnext = trained(model::ConvNeXt{.depths = {1, 1}, .width = 8});
  EXPECT_THAT(error_of(*convnext, {.opset = 16}).what(),
              HasSubstr("LayerNormalization, which this network needs; choose 17 or later"));
}

/// As a program's own module.
class Opaque final : public model::Network {
 public:
  void train(bool /*on*/) override {}
  [[nodiscard]] const std::vector<model::Parameter>& parameters() const override {
    return parameters_;
  }
  [[nodiscard]] const std::vector<model::Buffer>& buffers() const override { return buffers_; }
  void to(at::Device /*device*/) override {}

 protected:
  at::Tensor compute(const at::Tensor& images) override { return images.mean({2, 3}); }

 private:
  std::vector<model::Parameter> parameters_;
  std::vector<model::Buffer> buffers_;
};

TEST(Onnx, RefusesANetworkWithoutAGraph) {
  Opaque network;
  const auto error = error_of(network, {});
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_THAT(error.what(), HasSubstr("no graph"));
}

}  // namespace
}  // namespace temper::deploy
