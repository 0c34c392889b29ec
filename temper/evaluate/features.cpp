#include "temper/evaluate/features.h"

#include <ATen/core/ivalue.h>
#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/evaluate/evaluate.h"
#include "temper/model/observer.h"

namespace temper::evaluate {
namespace {

/// The head's weight, or its copy in a lower number format.
bool is_head(const at::Tensor& weight, const at::Tensor& head) {
  return weight.const_data_ptr() == head.const_data_ptr() ||
         (at::isReducedFloatingType(weight.scalar_type()) && weight.sizes() == head.sizes());
}

}  // namespace

at::Tensor head_of(const model::Network& network) {
  const auto& all = network.parameters();
  const auto head = std::ranges::find(all, model::ParameterKind::head, &model::Parameter::kind);
  if (head == all.end())
    throw Error(Code::usage,
                "penultimate activations: the network does not say which layer is its head");
  return head->value.detach();
}

Features features(model::Network& network, const train::Plan& plan,
                  const std::shared_ptr<const data::Source>& images,
                  const std::function<bool()>& cancel) {
  const auto head = head_of(network);
  std::vector<at::Tensor> activations;
  bool inside = false;  // whether within a linear() that casts and calls itself
  const model::Observer observer(
      [&](std::string_view name, model::Observer::Values inputs) {
        if (name != "aten::linear" || inside || !is_head(inputs[1].toTensor(), head))
          return std::int64_t{0};
        activations.push_back(inputs[0].toTensor());
        inside = true;
        return std::int64_t{1};
      },
      [&](std::int64_t, model::Observer::Values) { inside = false; });
  const auto labels = predict(network, plan, images, cancel).labels;
  if (activations.empty())
    throw Error(Code::usage, "penultimate activations: the network's head is not a linear layer");
  const c10::InferenceMode inference;
  return {at::cat(activations).to(at::kCPU, at::kFloat), labels};
}

}  // namespace temper::evaluate
