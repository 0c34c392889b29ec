#include "temper/deploy/onnx_builder.h"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <utility>

#include "temper/deploy/onnx_opset.h"

namespace temper::deploy {

OnnxBuilder::OnnxBuilder(std::int64_t opset, std::set<std::string> reserved)
    : used_(std::move(reserved)) {
  check_opset(opset);
  graph_.model.opset = opset;
  graph_.model.ir_version = ir_version(opset);
}

std::string OnnxBuilder::unique(const std::string& name) {
  auto candidate = name;
  for (int i = 2; !used_.insert(candidate).second; ++i) candidate = fmt::format("{}_{}", name, i);
  return candidate;
}

std::string OnnxBuilder::add(const std::string& name, const std::string& op,
                             std::vector<std::string> inputs,
                             std::vector<io::OnnxAttribute> attributes) {
  require(graph_.model.opset, op);
  auto node = unique(name);
  auto output = unique(node + "/output");
  graph_.model.nodes.push_back({.name = std::move(node),
                                .op = op,
                                .inputs = std::move(inputs),
                                .outputs = {output},
                                .attributes = std::move(attributes)});
  return output;
}

void OnnxBuilder::name_output(const std::string& name) {
  graph_.model.nodes.back().outputs = {name};
}

void OnnxBuilder::store(const std::string& name, const at::Tensor& value, io::Dtype dtype) {
  const auto& kept = graph_.tensors.emplace_back(value);
  graph_.model.initializers.push_back(
      {.name = name,
       .dtype = dtype,
       .shape = kept.sizes().vec(),
       .bytes = {static_cast<const std::byte*>(kept.const_data_ptr()), kept.nbytes()}});
}

std::string OnnxBuilder::constant(const std::string& name, const at::Tensor& value) {
  auto own = unique(name);
  store(own, value.detach().cpu().to(at::kFloat).contiguous(), io::Dtype::f32);
  return own;
}

std::string OnnxBuilder::shared(const std::string& name, const at::Tensor& value) {
  if (shared_.insert(name).second) {
    used_.insert(name);
    store(name, value.to(at::kFloat).contiguous(), io::Dtype::f32);
  }
  return name;
}

std::string OnnxBuilder::scalar(double value) {
  return shared(fmt::format("constant/{}", value), at::scalar_tensor(value, at::kFloat));
}

std::string OnnxBuilder::integers(const std::vector<std::int64_t>& values) {
  auto name = fmt::format("integers/{}", fmt::join(values, ","));
  if (shared_.insert(name).second) {
    used_.insert(name);
    store(name, at::tensor(values, at::kLong), io::Dtype::i64);
  }
  return name;
}

OnnxGraph OnnxBuilder::take() {
  return std::exchange(graph_, {});
}

}  // namespace temper::deploy
