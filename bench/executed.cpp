#include "executed.h"

#include <ATen/core/ivalue.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/autograd/graph_task.h>

#include <algorithm>
#include <array>

namespace temper::bench {
namespace {

using Values = model::Observer::Values;

/// What is recorded for an operator until it ends: multiply-adds per element of its output, or in
/// total.
constexpr std::int64_t kNothing = -1;

constexpr std::string_view kGloo = "gloo:";  ///< before the names of messages

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

bool is_convolution(std::string_view name) {
  return is_one_of(name, {"aten::conv2d", "aten::convolution", "aten::_convolution",
                          "aten::convolution_overrideable", "aten::mkldnn_convolution",
                          "aten::thnn_conv2d", "aten::_slow_conv2d_forward",
                          "mkldnn::_convolution_pointwise", "mkldnn::_convolution_pointwise_"});
}

bool is_convolution_backward(std::string_view name) {
  return name.find("conv") != std::string_view::npos &&
         name.find("backward") != std::string_view::npos;
}

/// Multiply-adds per element of a convolution's output.
std::int64_t taps(const at::Tensor& weight) {
  return weight.numel() / weight.size(0);
}

/// Of a convolution. The overload of oneDNN's that adds another tensor to its output takes that
/// tensor before the weight; it has 13 arguments, the other 10.
at::Tensor weight_of(std::string_view name, Values inputs) {
  const bool adds = name.starts_with("mkldnn::_convolution_pointwise") && inputs.size() == 13;
  return inputs[adds ? 2 : 1].toTensor();
}

/// The number of gradients that a convolution's backward pass computes, of its input and its
/// weight: each takes as many multiply-adds as the forward pass.
std::int64_t gradients(Values inputs) {
  const auto mask = std::ranges::find_if(
      inputs.rbegin(), inputs.rend(), [](const c10::IValue& value) { return value.isBoolList(); });
  if (mask == inputs.rend()) return 2;
  const auto wanted = mask->toBoolList();
  return std::int64_t{wanted[0]} + std::int64_t{wanted[1]};
}

/// Multiply-adds of a matrix product, from its inputs; 0 for any other operator.
std::int64_t of_product(std::string_view name, Values inputs) {
  const auto input = [&](std::size_t i) { return inputs[i].toTensor(); };
  if (is_one_of(name, {"aten::mm", "aten::bmm"})) return input(0).numel() * input(1).size(-1);
  if (is_one_of(name, {"aten::addmm", "aten::addmm_", "aten::baddbmm"}))
    return input(1).numel() * input(2).size(-1);
  if (is_one_of(name, {"aten::mv", "aten::dot"})) return input(0).numel();
  if (name == "aten::addmv") return input(1).numel();
  return 0;
}

std::string format_of(const at::Tensor& tensor) {
  if (tensor.scalar_type() == at::kFloat) return "fp32";
  if (tensor.scalar_type() == at::kBFloat16) return "bf16";
  return c10::toString(tensor.scalar_type());
}

std::string layout_of(const at::Tensor& tensor) {
  if (tensor.is_mkldnn()) return "oneDNN's own";
  if (tensor.is_contiguous(at::MemoryFormat::ChannelsLast)) return "channels_last";
  return tensor.is_contiguous() ? "contiguous" : "strided";
}

}  // namespace

Executed::Executed()
    : observer_([this](std::string_view name, Values inputs) { return begin(name, inputs); },
                [this](std::int64_t each, Values outputs) { end(each, outputs); }) {}

std::string Executed::format() const {
  return fmt::format("{}", fmt::join(formats_, "+"));
}

std::string Executed::layout() const {
  return fmt::format("{}", fmt::join(layouts_, "+"));
}

void Executed::note(std::string_view operation, Values inputs) {
  for (const auto& input : inputs) {
    if (!input.isTensor()) continue;
    const auto& tensor = input.toTensor();
    messages_.push_back({.operation = std::string(operation),
                         .format = format_of(tensor),
                         .bytes = static_cast<std::int64_t>(tensor.nbytes())});
  }
}

std::int64_t Executed::begin(std::string_view name, Values inputs) {
  if (name.starts_with(kGloo)) {
    note(name.substr(kGloo.size()), inputs);
    return 0;
  }
  // Operators of the backward pass are called from a node of the autograd graph.
  const bool backward = torch::autograd::get_current_graph_task_id() != -1;
  std::int64_t kept = 0;
  std::int64_t now = 0;
  if (is_convolution(name)) {
    if (!backward) input_ = inputs[0].toTensor();
    kept = taps(weight_of(name, inputs));
  } else if (is_convolution_backward(name)) {
    now = gradients(inputs) * inputs[0].toTensor().numel() * taps(inputs[2].toTensor());
    kept = kNothing;
  } else if (now = of_product(name, inputs); now > 0) {
    kept = kNothing;
  }
  if (kept == 0) return 0;
  if (inside_ == 0) (backward ? multiply_adds_.backward : multiply_adds_.forward) += now;
  ++inside_;
  return kept;
}

void Executed::end(std::int64_t each, Values outputs) {
  --inside_;
  if (inside_ > 0 || each == kNothing) return;
  const bool backward = torch::autograd::get_current_graph_task_id() != -1;
  (backward ? multiply_adds_.backward : multiply_adds_.forward) +=
      each * outputs[0].toTensor().numel();
  leave_convolution();
}

void Executed::leave_convolution() {
  if (!input_.defined()) return;
  formats_.insert(format_of(input_));
  layouts_.insert(layout_of(input_));
  input_.reset();
}

}  // namespace temper::bench
