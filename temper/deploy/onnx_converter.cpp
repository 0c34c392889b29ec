#include "temper/deploy/onnx_converter.h"

#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <numbers>
#include <utility>

#include "temper/core/error.h"

namespace temper::deploy {
namespace {

using model::Node;
using model::Operation;
using Integers = std::vector<std::int64_t>;
using Attributes = std::vector<io::OnnxAttribute>;

/// Attributes of a pooling or convolution.
/// @param pads  pixels at the top, left, bottom and right
Attributes placed(const model::Window& window, const Integers& pads) {
  return {{"kernel_shape", Integers{window.kernel, window.kernel}},
          {"strides", Integers{window.stride, window.stride}},
          {"pads", pads}};
}

/// Channels of a vector as those of a map: [c, 1, 1].
at::Tensor along_channels(const at::Tensor& vector) {
  return vector.view({-1, 1, 1});
}

}  // namespace

OnnxConverter::OnnxConverter(const model::Graph& graph, const Tensors& tensors, bool fold_batchnorm,
                             OnnxBuilder& builder)
    : graph_(graph),
      tensors_(tensors),
      builder_(builder),
      readers_(graph.nodes.size()),
      norm_(graph.nodes.size()),
      merged_(graph.nodes.size(), false) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const auto input : graph.nodes[i].inputs) readers_[input].push_back(i);
  if (fold_batchnorm) find_folded();
  find_absorbed_pads();
}

void OnnxConverter::find_folded() {
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (graph_.nodes[i].operation != Operation::normalization) continue;
    const auto before = graph_.nodes[i].inputs.front();
    if (graph_.nodes[before].operation != Operation::convolution || readers_[before].size() != 1)
      continue;
    norm_[before] = i;
    merged_[i] = true;
  }
}

/// Zeros that only convolutions read become padding of theirs.
void OnnxConverter::find_absorbed_pads() {
  const auto is_convolution = [&](std::size_t i) {
    return graph_.nodes[i].operation == Operation::convolution;
  };
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
    merged_[i] = merged_[i] ||
                 (graph_.nodes[i].operation == Operation::pad && graph_.nodes[i].appended == 0 &&
                  !readers_[i].empty() && std::ranges::all_of(readers_[i], is_convolution));
}

std::string OnnxConverter::convert(const std::string& images) {
  values_.push_back({.name = images, .rank = 4});
  for (std::size_t i = 1; i < graph_.nodes.size(); ++i) values_.push_back(converted(i));
  return values_.back().name;
}

OnnxConverter::Result OnnxConverter::converted(std::size_t i) {
  const auto& node = graph_.nodes[i];
  const auto& from = input(node);
  if (merged_[i]) return from;
  switch (node.operation) {
    case Operation::input:
      break;
    case Operation::convolution:
      return convolution(i);
    case Operation::normalization:
      return {normalization(node), from.rank};
    case Operation::layer_normalization:
      return {layer_normalization(node), from.rank};
    case Operation::activation:
      return {activation(node), from.rank};
    case Operation::linear:
      return {linear(node), from.rank};
    case Operation::max_pool:
      return {max_pool(node), from.rank};
    case Operation::average_pool:
      return {average_pool(node), from.rank};
    case Operation::blur_pool:
      return {blur_pool(node), from.rank};
    case Operation::mean:
      return {mean(node), 2};
    case Operation::add:
      return {builder_.add("add", "Add", {from.name, values_[node.inputs[1]].name}), from.rank};
    case Operation::multiply:
      return {multiply(node), from.rank};
    case Operation::scale:
      return {scale(node), from.rank};
    case Operation::pad:
      return {pad(node), from.rank};
  }
  throw Error(Code::internal, "a network with two inputs");
}

at::Tensor OnnxConverter::tensor(const Node& node, const std::string& name) const {
  return tensors_.at(node.layer + "." + name);
}

at::Tensor OnnxConverter::bias(const Node& node) const {
  const auto found = tensors_.find(node.layer + ".bias");
  return found == tensors_.end() ? at::Tensor() : found->second;
}

OnnxConverter::Filter OnnxConverter::filter(std::size_t i) const {
  const auto& node = graph_.nodes[i];
  Filter own{tensor(node, "weight"), bias(node)};
  if (!norm_[i]) return own;
  // In double precision, so that the merged numbers are rounded once.
  const auto& norm = graph_.nodes[*norm_[i]];
  const auto in_double = [&](const std::string& name) {
    return tensor(norm, name).detach().to(at::kDouble);
  };
  const auto factor =
      in_double("weight").div(in_double("running_var").add(norm.epsilon).sqrt()).contiguous();
  auto center = in_double("running_mean");
  if (own.bias.defined()) center = center.sub(own.bias.detach().to(at::kDouble));
  return {own.weight.detach().to(at::kDouble).mul(factor.view({-1, 1, 1, 1})),
          in_double("bias").sub(center.mul(factor))};
}

OnnxConverter::Result OnnxConverter::convolution(std::size_t i) {
  const auto& node = graph_.nodes[i];
  const auto from = node.inputs.front();
  const auto padding = node.window.padding;
  Integers pads(4, padding);
  if (graph_.nodes[from].operation == Operation::pad && merged_[from]) {
    const auto& [left, right, top, bottom] = graph_.nodes[from].sides;
    pads = {top + padding, left + padding, bottom + padding, right + padding};
  }
  auto attributes = placed(node.window, pads);
  attributes.push_back({"group", node.window.groups});
  const auto [weight, offset] = filter(i);
  std::vector<std::string> inputs{values_[from].name,
                                  builder_.constant(node.layer + ".weight", weight)};
  if (offset.defined()) inputs.push_back(builder_.constant(node.layer + ".bias", offset));
  return {builder_.add(node.layer, "Conv", std::move(inputs), std::move(attributes)), 4};
}

std::string OnnxConverter::normalization(const Node& node) {
  std::vector<std::string> inputs{input(node).name};
  for (const auto* const name : {"weight", "bias", "running_mean", "running_var"})
    inputs.push_back(builder_.constant(node.layer + "." + name, tensor(node, name)));
  return builder_.add(node.layer, "BatchNormalization", std::move(inputs),
                      {{"epsilon", node.epsilon}});
}

std::string OnnxConverter::layer_normalization(const Node& node) {
  const auto& from = input(node);
  const bool map = from.rank == 4;
  const auto ordered = [&](const std::string& x, const Integers& order) {
    if (!map) return x;
    return builder_.add(node.layer + "/order", "Transpose", {x}, {{"perm", order}});
  };
  const auto y = builder_.add(node.layer, "LayerNormalization",
                              {ordered(from.name, {0, 2, 3, 1}),
                               builder_.constant(node.layer + ".weight", tensor(node, "weight")),
                               builder_.constant(node.layer + ".bias", tensor(node, "bias"))},
                              {{"axis", std::int64_t{-1}}, {"epsilon", node.epsilon}});
  return ordered(y, {0, 3, 1, 2});
}

std::string OnnxConverter::with_scalar(const std::string& op, const std::string& x, double value) {
  return builder_.add(op, op, {x, builder_.scalar(value)});
}

std::string OnnxConverter::activation(const Node& node) {
  const auto& x = input(node).name;
  const auto& function = node.function;
  if (function == "relu") return builder_.add("relu", "Relu", {x});
  if (function == "relu6")
    return builder_.add("relu6", "Clip", {x, builder_.scalar(0), builder_.scalar(6)});
  if (function == "sigmoid") return builder_.add("sigmoid", "Sigmoid", {x});
  if (function == "hardsigmoid")
    return builder_.add("hardsigmoid", "HardSigmoid", {x}, {{"alpha", 1.0 / 6}, {"beta", 0.5}});
  if (function == "hardswish") return builder_.add("hardswish", "HardSwish", {x});
  if (function == "silu")
    return builder_.add("silu", "Mul", {x, builder_.add("sigmoid", "Sigmoid", {x})});
  if (function == "gelu") {
    const auto erf = builder_.add("erf", "Erf", {with_scalar("Div", x, std::numbers::sqrt2)});
    return with_scalar("Mul", builder_.add("gelu", "Mul", {x, with_scalar("Add", erf, 1)}), 0.5);
  }
  throw Error(Code::internal, fmt::format("no operator of ONNX for the activation '{}'", function));
}

std::string OnnxConverter::linear(const Node& node) {
  const auto& from = input(node);
  auto weight = tensor(node, "weight").flatten(1);
  if (from.rank == 4) weight = weight.unsqueeze(-1).unsqueeze(-1);
  std::vector<std::string> inputs{from.name, builder_.constant(node.layer + ".weight", weight)};
  if (const auto offset = bias(node); offset.defined())
    inputs.push_back(builder_.constant(node.layer + ".bias", offset));
  if (from.rank == 4) return builder_.add(node.layer, "Conv", std::move(inputs));
  return builder_.add(node.layer, "Gemm", std::move(inputs), {{"transB", std::int64_t{1}}});
}

std::string OnnxConverter::max_pool(const Node& node) {
  return builder_.add("max_pool", "MaxPool", {input(node).name},
                      placed(node.window, Integers(4, node.window.padding)));
}

/// An odd side is padded at its end, and the padding is not counted.
std::string OnnxConverter::average_pool(const Node& node) {
  const auto& shape = graph_.nodes[node.inputs.front()].shape;
  auto attributes = placed(node.window, {0, 0, shape.height % 2, shape.width % 2});
  attributes.push_back({"count_include_pad", std::int64_t{0}});
  return builder_.add("average_pool", "AveragePool", {input(node).name}, std::move(attributes));
}

/// With one reflected pixel on every side. A side of one pixel is repeated, since it can't be
/// reflected.
std::string OnnxConverter::reflected(const std::string& x, const model::Shape& shape) {
  const auto padded = [&](const std::string& of, const Integers& pads, bool repeats) {
    return builder_.add("reflect", "Pad", {of, builder_.integers(pads)},
                        {{"mode", std::string(repeats ? "edge" : "reflect")}});
  };
  const bool one_row = shape.height == 1, one_column = shape.width == 1;
  if (one_row == one_column) return padded(x, {0, 0, 1, 1, 0, 0, 1, 1}, one_row);
  const auto rows = padded(x, {0, 0, 1, 0, 0, 0, 1, 0}, one_row);
  return padded(rows, {0, 0, 0, 1, 0, 0, 0, 1}, one_column);
}

std::string OnnxConverter::blur_pool(const Node& node) {
  const auto channels = node.shape.channels;
  const auto row = at::tensor({0.25F, 0.5F, 0.25F});
  const auto filters = row.outer(row).expand({channels, 1, 3, 3});
  auto attributes = placed(node.window, Integers(4, 0));
  attributes.push_back({"group", channels});
  const auto x = reflected(input(node).name, graph_.nodes[node.inputs.front()].shape);
  return builder_.add("blur_pool", "Conv",
                      {x, builder_.shared(fmt::format("blur/{}", channels), filters)},
                      std::move(attributes));
}

std::string OnnxConverter::mean(const Node& node) {
  const auto map = builder_.add("mean", "GlobalAveragePool", {input(node).name});
  return builder_.add("flatten", "Flatten", {map}, {{"axis", std::int64_t{1}}});
}

std::string OnnxConverter::multiply(const Node& node) {
  const auto& x = input(node).name;
  if (node.inputs.size() == 1) return with_scalar("Mul", x, node.factor);
  const auto& factors = values_[node.inputs[1]].name;
  const auto map = builder_.add("reshape", "Reshape", {factors, builder_.integers({0, -1, 1, 1})});
  return builder_.add("multiply", "Mul", {x, map});
}

std::string OnnxConverter::scale(const Node& node) {
  const auto factors = builder_.constant(node.layer, along_channels(tensors_.at(node.layer)));
  return builder_.add(node.layer + "/scale", "Mul", {input(node).name, factors});
}

std::string OnnxConverter::pad(const Node& node) {
  const auto& [left, right, top, bottom] = node.sides;
  const auto pads = builder_.integers({0, 0, top, left, 0, node.appended, bottom, right});
  return builder_.add("pad", "Pad", {input(node).name, pads}, {{"mode", std::string("constant")}});
}

}  // namespace temper::deploy
