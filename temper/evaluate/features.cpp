#include "temper/evaluate/features.h"

#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>

#include <utility>

#include "temper/evaluate/evaluate.h"

namespace temper::evaluate {
namespace {

/// float32 [n, d], on the CPU: those of all passes.
at::Tensor joined(const model::HeadInputs& inputs) {
  const c10::InferenceMode inference;
  return at::cat(inputs.found()).to(at::kCPU, at::kFloat);
}

}  // namespace

at::Tensor features_of(model::Network& network, const at::Tensor& images) {
  network.train(false);
  const model::HeadInputs inputs(network);
  const c10::InferenceMode inference;
  (void)network.forward(images);
  return joined(inputs);
}

Features features(model::Network& network, const train::Plan& plan,
                  const std::shared_ptr<const data::Source>& images,
                  const std::function<bool()>& cancel) {
  const model::HeadInputs inputs(network);
  auto labels = predict(network, plan, images, cancel).labels;
  return {joined(inputs), std::move(labels)};
}

}  // namespace temper::evaluate
