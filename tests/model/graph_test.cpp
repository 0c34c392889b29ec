// The graph of a network, read by code that knows only the graph and the tensors' names.
#include "temper/model/graph.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "temper/model/architecture.h"
#include "temper/model/module.h"

namespace temper::model {
namespace {

constexpr Task kTask{.channels = 3, .height = 36, .width = 28, .classes = 10};

/// Networks with every stem and block, and with random layers.
std::vector<std::pair<std::string, ResNet>> networks() {
  std::vector<std::pair<std::string, ResNet>> all;
  for (const auto stem : {Stem::cifar, Stem::strided, Stem::pooled, Stem::imagenet})
    all.emplace_back(name_of(stem),
                     ResNet{.stem = stem, .blocks = {1, 2, 1}, .zero_init_last = false});
  all.emplace_back("bottleneck", ResNet{.block = BlockType::bottleneck, .blocks = {2, 1}});
  auto dropped = ResNet{.blocks = {2, 1}, .zero_init_last = false};
  dropped.stochastic_depth =
      regularize::StochasticDepth{.rate = 0.5, .scaling = regularize::DepthScaling::test};
  dropped.dropout = {DropoutAt<regularize::Dropout>{}};
  all.emplace_back("stochastic depth and dropout", dropped);
  return all;
}

class Interpreter {
 public:
  explicit Interpreter(const Network& network) {
    for (const auto& parameter : network.parameters()) tensors_[parameter.name] = parameter.value;
    for (const auto& buffer : network.buffers()) tensors_[buffer.name] = buffer.value;
  }

  at::Tensor run(const Graph& graph, const at::Tensor& images) {
    std::vector<at::Tensor> values;
    for (const auto& node : graph.nodes) {
      std::vector<at::Tensor> inputs;
      for (const auto input : node.inputs) inputs.push_back(values.at(input));
      values.push_back(node.operation == Operation::input ? images : apply(node, inputs));
    }
    return values.back();
  }

 private:
  at::Tensor tensor(const Node& node, const std::string& name) const {
    return tensors_.at(node.layer + "." + name);
  }

  at::Tensor apply(const Node& node, const std::vector<at::Tensor>& inputs) const {
    const auto& [kernel, stride, padding, groups] = node.window;
    const auto& x = inputs.front();
    switch (node.operation) {
      case Operation::convolution:
        return at::convolution(x, tensor(node, "weight"), {}, {stride, stride}, {padding, padding},
                               {1, 1}, false, {0, 0}, groups);
      case Operation::normalization:
        return at::batch_norm(x, tensor(node, "weight"), tensor(node, "bias"),
                              tensor(node, "running_mean"), tensor(node, "running_var"), false, 0.1,
                              1e-5, false);
      case Operation::linear:
        return at::linear(x, tensor(node, "weight"), tensor(node, "bias"));
      case Operation::max_pool:
        return at::max_pool2d(x, {kernel, kernel}, {stride, stride}, {padding, padding});
      case Operation::mean:
        return x.mean({2, 3});
      case Operation::add:
        return x + inputs.at(1);
      case Operation::multiply:
        return x * node.factor;
      case Operation::activation:
        EXPECT_EQ(node.function, "relu");
        return x.clamp_min(0);
      default:
        throw std::logic_error("an operation that these networks don't have");
    }
  }

  std::map<std::string, at::Tensor> tensors_;
};

TEST(Graph, ComputesTheLogitsOfItsNetwork) {
  const at::NoGradGuard guard;
  const auto images = at::randn({4, 3, 36, 28}).contiguous(at::MemoryFormat::ChannelsLast);
  for (const auto& [name, options] : networks()) {
    const auto network = build(options, kTask, 5);
    network->train(true);
    network->forward(images);  // moves the running statistics
    const auto graph = network->graph(kTask);
    ASSERT_TRUE(graph) << name;
    network->train(false);
    const auto expected = network->forward(images);
    const auto found = Interpreter(*network).run(*graph, images);
    EXPECT_TRUE(found.allclose(expected, 1e-3, 1e-4)) << name;
    EXPECT_EQ(graph->nodes.back().shape, Shape{.channels = 10}) << name;
  }
}

TEST(Graph, LeavesTheNetworkInItsMode) {
  const auto network = build(ResNet{.depth = 8}, kTask, 5);
  const auto counter = network->block_counters()->passes;
  const auto images = at::randn({4, 3, 36, 28}).contiguous(at::MemoryFormat::ChannelsLast);
  (void)network->graph(kTask);
  network->forward(images);
  for (const auto& buffer : network->buffers())
    if (buffer.name == counter) {
      EXPECT_EQ(buffer.value.item<std::int64_t>(), 1);
    }
}

TEST(Graph, HasTheMultiplyAddsThatAreExecuted) {
  for (const auto& [name, options] : networks()) {
    const auto network = build(options, kTask, 5);
    EXPECT_EQ(multiply_adds(*network->graph(kTask)), executed_multiply_adds(*network, kTask))
        << name;
  }
}

TEST(Graph, IsNotToBeHadFromAModule) {
  const auto network = wrap(std::make_shared<torch::nn::LinearImpl>(4, 2));
  EXPECT_FALSE(network->graph(kTask));
}

TEST(ReceptiveField, OfResNetsIsThePublishedOne) {
  // ResNet-18: 435, Araujo et al. 2019, Computing receptive fields of convolutional neural
  // networks; ResNet-50: that of strides in the 3 x 3 convolutions, as torchvision has them.
  const Task task{.channels = 3, .height = 224, .width = 224, .classes = 1000};
  EXPECT_EQ(receptive_field(*build(ResNet{.depth = 18}, task, 1)->graph(task)), 435);
  EXPECT_EQ(receptive_field(*build(ResNet{.depth = 50}, task, 1)->graph(task)), 427);
}

}  // namespace
}  // namespace temper::model
