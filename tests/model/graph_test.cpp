// The graph of a network, read by code that knows only the graph and the tensors' names.
#include "temper/model/graph.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/reflection_pad2d.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>

#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "temper/model/architecture.h"
#include "temper/model/module.h"
#include "tests/support/networks.h"

namespace temper::model {
namespace {

constexpr Task kTask{.channels = 3, .height = 36, .width = 28, .classes = 10};

using temper::testing::networks;

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
        return at::convolution(x, tensor(node, "weight"), bias(node), {stride, stride},
                               {padding, padding}, {1, 1}, false, {0, 0}, groups);
      case Operation::normalization:
        return at::batch_norm(x, tensor(node, "weight"), tensor(node, "bias"),
                              tensor(node, "running_mean"), tensor(node, "running_var"), false, 0.1,
                              node.epsilon, false);
      case Operation::layer_normalization: {
        const auto centered = x - x.mean(1, true);
        const auto deviation = centered.square().mean(1, true).add(node.epsilon).sqrt();
        return along_channels(tensor(node, "weight"), x) * centered / deviation +
               along_channels(tensor(node, "bias"), x);
      }
      case Operation::scale:
        return x * along_channels(tensors_.at(node.layer), x);
      case Operation::linear:
        if (x.dim() == 4)
          return at::convolution(x, tensor(node, "weight").unsqueeze(-1).unsqueeze(-1), bias(node),
                                 {1, 1}, {0, 0}, {1, 1}, false, {0, 0}, 1);
        return at::linear(x, tensor(node, "weight").flatten(1), bias(node));
      case Operation::max_pool:
        return at::max_pool2d(x, {kernel, kernel}, {stride, stride}, {padding, padding});
      case Operation::average_pool:
        return at::avg_pool2d(x, {kernel, kernel}, {stride, stride}, {0, 0}, true, false);
      case Operation::blur_pool:
        return blurred(x);
      case Operation::pad:
        return at::constant_pad_nd(
            x, {node.sides[0], node.sides[1], node.sides[2], node.sides[3], 0, node.appended});
      case Operation::mean:
        return x.mean({2, 3});
      case Operation::add:
        return x + inputs.at(1);
      case Operation::multiply:
        return inputs.size() == 1 ? x * node.factor : x * inputs[1].unsqueeze(-1).unsqueeze(-1);
      case Operation::activation:
        return activated(x, node.function);
      default:
        throw std::logic_error("an operation that these networks don't have");
    }
  }

  at::Tensor bias(const Node& node) const {
    const auto found = tensors_.find(node.layer + ".bias");
    return found == tensors_.end() ? at::Tensor() : found->second;
  }

  static at::Tensor along_channels(const at::Tensor& vector, const at::Tensor& x) {
    return x.dim() == 2 ? vector : vector.view({-1, 1, 1});
  }

  static at::Tensor activated(const at::Tensor& x, const std::string& function) {
    auto hard = x.add(3).clamp(0, 6).div(6);
    if (function == "relu") return x.clamp_min(0);
    if (function == "relu6") return x.clamp(0, 6);
    if (function == "sigmoid") return x.sigmoid();
    if (function == "silu") return x * x.sigmoid();
    if (function == "hardsigmoid") return hard;
    if (function == "hardswish") return x * hard;
    if (function == "gelu") return x.mul(std::sqrt(0.5)).erf().add(1).mul(x).mul(0.5);
    throw std::logic_error(function);
  }

  /// Written with another operation than the network's: nine shifted images.
  static at::Tensor blurred(const at::Tensor& x) {
    const auto padded = at::reflection_pad2d(x, {1, 1, 1, 1});
    auto sum = at::zeros_like(x);
    for (const std::int64_t dy : {0, 1, 2})
      for (const std::int64_t dx : {0, 1, 2})
        sum.add_(padded.narrow(2, dy, x.size(2)).narrow(3, dx, x.size(3)),
                 (dy == 1 ? 0.5 : 0.25) * (dx == 1 ? 0.5 : 0.25));
    return sum.slice(2, 0, std::nullopt, 2).slice(3, 0, std::nullopt, 2);
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
