#pragma once
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/reflection_pad2d.h>
#include <ATen/ops/replication_pad2d.h>

#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "temper/deploy/onnx_builder.h"
#include "temper/train/tensors.h"

namespace temper::deploy {

/// Computes a model as https://onnx.ai/onnx/operators/ defines its operators. It knows those that
/// temper writes, and no attribute that temper does not write.
class OnnxInterpreter {
 public:
  explicit OnnxInterpreter(const OnnxGraph& graph) : model_(graph.model) {
    for (const auto& view : graph.model.initializers) values_[view.name] = train::to_tensor(view);
  }

  /// @return the output. @param images  the input
  at::Tensor run(const at::Tensor& images) {
    values_[model_.inputs.at(0).name] = images;
    for (const auto& node : model_.nodes) values_[node.outputs.at(0)] = computed(node);
    return values_.at(model_.outputs.at(0).name);
  }

 private:
  using Integers = std::vector<std::int64_t>;

  template <class T>
  static T attribute(const io::OnnxNode& node, const std::string& name, const T& otherwise) {
    for (const auto& one : node.attributes)
      if (one.name == name) return std::get<T>(one.value);
    return otherwise;
  }

  [[nodiscard]] const at::Tensor& input(const io::OnnxNode& node, std::size_t i) const {
    return values_.at(node.inputs.at(i));
  }
  /// An optional input.
  [[nodiscard]] at::Tensor third(const io::OnnxNode& node) const {
    return node.inputs.size() > 2 ? input(node, 2) : at::Tensor();
  }
  [[nodiscard]] static Integers integers(const at::Tensor& list) {
    const auto* first = list.const_data_ptr<std::int64_t>();
    return {first, first + list.numel()};
  }

  [[nodiscard]] at::Tensor computed(const io::OnnxNode& node) const {
    const auto& x = input(node, 0);
    const auto& op = node.op;
    if (op == "Add") return x + input(node, 1);
    if (op == "Sub") return x - input(node, 1);
    if (op == "Mul") return x * input(node, 1);
    if (op == "Div") return x / input(node, 1);
    if (op == "Relu") return x.clamp_min(0);
    if (op == "Sigmoid") return x.sigmoid();
    if (op == "Erf") return x.erf();
    if (op == "Clip") return x.clamp(input(node, 1).item(), input(node, 2).item());
    if (op == "HardSigmoid")
      return x.mul(attribute(node, "alpha", 0.2)).add(attribute(node, "beta", 0.5)).clamp(0, 1);
    if (op == "HardSwish") return x * x.div(6).add(0.5).clamp(0, 1);
    if (op == "Softmax") return x.softmax(attribute(node, "axis", std::int64_t{-1}));
    if (op == "Flatten") return x.flatten(attribute(node, "axis", std::int64_t{1}));
    if (op == "Transpose") return x.permute(attribute(node, "perm", Integers{}));
    if (op == "GlobalAveragePool") return x.mean({2, 3}, true);
    if (op == "Gemm") return gemm(node);
    if (op == "Reshape") return reshaped(node);
    return windowed(node);
  }

  [[nodiscard]] at::Tensor windowed(const io::OnnxNode& node) const {
    if (node.op == "Conv") return convolution(node);
    if (node.op == "BatchNormalization") return batch_normalization(node);
    if (node.op == "LayerNormalization") return layer_normalization(node);
    if (node.op == "MaxPool") return max_pool(node);
    if (node.op == "AveragePool") return average_pool(node);
    if (node.op == "Pad") return padded(node);
    throw std::runtime_error("an operator that temper does not write: " + node.op);
  }

  [[nodiscard]] at::Tensor gemm(const io::OnnxNode& node) const {
    if (attribute(node, "transB", std::int64_t{0}) != 1) throw std::runtime_error("transB");
    return at::linear(input(node, 0), input(node, 1), third(node));
  }

  [[nodiscard]] at::Tensor reshaped(const io::OnnxNode& node) const {
    const auto& x = input(node, 0);
    auto shape = integers(input(node, 1));
    for (std::size_t i = 0; i < shape.size(); ++i)
      if (shape[i] == 0) shape[i] = x.size(static_cast<std::int64_t>(i));
    return x.reshape(shape);
  }

  /// With the node's `pads`: at the top, left, bottom and right.
  static at::Tensor surrounded(const io::OnnxNode& node, const at::Tensor& x, double value) {
    const auto pads = attribute(node, "pads", Integers{0, 0, 0, 0});
    return at::constant_pad_nd(x, {pads.at(1), pads.at(3), pads.at(0), pads.at(2)}, value);
  }

  [[nodiscard]] at::Tensor convolution(const io::OnnxNode& node) const {
    return at::convolution(surrounded(node, input(node, 0), 0), input(node, 1), third(node),
                           attribute(node, "strides", Integers{1, 1}), {0, 0}, {1, 1}, false,
                           {0, 0}, attribute(node, "group", std::int64_t{1}));
  }

  [[nodiscard]] at::Tensor batch_normalization(const io::OnnxNode& node) const {
    const auto channels = [&](std::size_t i) { return input(node, i).view({-1, 1, 1}); };
    const auto deviation = channels(4).add(attribute(node, "epsilon", 1e-5)).sqrt();
    return (input(node, 0) - channels(3)) / deviation * channels(1) + channels(2);
  }

  [[nodiscard]] at::Tensor layer_normalization(const io::OnnxNode& node) const {
    if (attribute(node, "axis", std::int64_t{-1}) != -1) throw std::runtime_error("axis");
    const auto centered = input(node, 0) - input(node, 0).mean({-1}, true);
    const auto variance = centered.square().mean({-1}, true);
    const auto deviation = variance.add(attribute(node, "epsilon", 1e-5)).sqrt();
    return centered / deviation * input(node, 1) + input(node, 2);
  }

  [[nodiscard]] at::Tensor max_pool(const io::OnnxNode& node) const {
    constexpr double kLowest = -std::numeric_limits<double>::infinity();
    return at::max_pool2d(surrounded(node, input(node, 0), kLowest),
                          attribute(node, "kernel_shape", Integers{}),
                          attribute(node, "strides", Integers{}));
  }

  /// Sums divided by the number of pixels that are no padding.
  [[nodiscard]] at::Tensor average_pool(const io::OnnxNode& node) const {
    if (attribute(node, "count_include_pad", std::int64_t{0}) != 0)
      throw std::runtime_error("count_include_pad");
    const auto pool = [&](const at::Tensor& x) {
      return at::avg_pool2d(surrounded(node, x, 0), attribute(node, "kernel_shape", Integers{}),
                            attribute(node, "strides", Integers{}));
    };
    return pool(input(node, 0)) / pool(at::ones_like(input(node, 0)));
  }

  [[nodiscard]] at::Tensor padded(const io::OnnxNode& node) const {
    const auto& x = input(node, 0);
    const auto p = integers(input(node, 1));  // at the start of all four dimensions, then the end
    const auto mode = attribute(node, "mode", std::string("constant"));
    const Integers sides{p.at(3), p.at(7), p.at(2), p.at(6)};
    if (mode == "reflect") return at::reflection_pad2d(x, sides);
    if (mode == "edge") return at::replication_pad2d(x, sides);
    return at::constant_pad_nd(x, {p[3], p[7], p[2], p[6], p[1], p[5]});
  }

  const io::OnnxModel& model_;
  std::map<std::string, at::Tensor> values_;
};

}  // namespace temper::deploy
