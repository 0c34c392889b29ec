#include "temper/train/features.h"

#include <ATen/core/ivalue.h>
#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/model/observer.h"
#include "temper/train/evaluate.h"

namespace temper::train {

at::Tensor head_of(const model::Network& network) {
  const auto& all = network.parameters();
  const auto head = std::ranges::find(all, model::ParameterKind::head, &model::Parameter::kind);
  if (head == all.end())
    throw Error(Code::usage,
                "penultimate activations: the network does not say which layer is its head");
  return head->value.detach();
}

Features features(model::Network& network, const Plan& plan,
                  const std::shared_ptr<const data::Source>& images,
                  const std::function<bool()>& cancel) {
  const auto* const head = head_of(network).const_data_ptr();
  std::vector<at::Tensor> activations;
  const model::Observer observer([&](std::string_view name, model::Observer::Values inputs) {
    if (name == "aten::linear" && inputs[1].toTensor().const_data_ptr() == head)
      activations.push_back(inputs[0].toTensor());
    return std::int64_t{0};
  });
  const auto labels = predict(network, plan, images, cancel).labels;
  if (activations.empty())
    throw Error(Code::usage, "penultimate activations: the network's head is no linear layer");
  const c10::InferenceMode inference;
  return {at::cat(activations).to(at::kCPU, at::kFloat), labels};
}

}  // namespace temper::train
