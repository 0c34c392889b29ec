#include "temper/evaluate/features.h"

#include <ATen/core/ivalue.h>
#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>

#include <string_view>
#include <utility>
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

/// Collects what a network's head reads, in forward passes of this thread during its lifetime.
class HeadInputs {
 public:
  explicit HeadInputs(const model::Network& network)
      : head_(head_of(network)),
        observer_(
            [this](std::string_view name, model::Observer::Values inputs) {
              if (name != "aten::linear" || inside_ || !is_head(inputs[1].toTensor(), head_))
                return std::int64_t{0};
              found_.push_back(inputs[0].toTensor());
              inside_ = true;
              return std::int64_t{1};
            },
            [this](std::int64_t, model::Observer::Values) { inside_ = false; }) {}

  /// float32 [n, d], on the CPU: those of all passes.
  [[nodiscard]] at::Tensor all() const {
    if (found_.empty())
      throw Error(Code::usage, "penultimate activations: the network's head is not a linear layer");
    const c10::InferenceMode inference;
    return at::cat(found_).to(at::kCPU, at::kFloat);
  }

 private:
  at::Tensor head_;
  std::vector<at::Tensor> found_;
  bool inside_ = false;  ///< within a linear() that casts and calls itself
  model::Observer observer_;
};

}  // namespace

at::Tensor head_of(const model::Network& network) {
  const auto* const head = model::head_weight(network);
  if (head == nullptr)
    throw Error(Code::usage,
                "penultimate activations: the network does not say which layer is its head");
  return head->value.detach();
}

at::Tensor features_of(model::Network& network, const at::Tensor& images) {
  network.train(false);
  const HeadInputs inputs(network);
  const c10::InferenceMode inference;
  (void)network.forward(images);
  return inputs.all();
}

Features features(model::Network& network, const train::Plan& plan,
                  const std::shared_ptr<const data::Source>& images,
                  const std::function<bool()>& cancel) {
  const HeadInputs inputs(network);
  auto labels = predict(network, plan, images, cancel).labels;
  return {inputs.all(), std::move(labels)};
}

}  // namespace temper::evaluate
