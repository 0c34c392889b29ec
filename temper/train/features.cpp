#include "temper/train/features.h"

#include <ATen/ops/cat.h>
#include <ATen/record_function.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/train/evaluate.h"
#include "temper/train/precision.h"

namespace temper::train {
namespace {

/// What is looked for, and what was found. LibTorch's observers are plain functions, so it has to
/// lie where they find it.
struct Search {
  const void* head;
  at::Tensor input;
};
thread_local Search* search = nullptr;

std::unique_ptr<at::ObserverContext> see(const at::RecordFunction& function) {
  if (std::string_view(function.name()) != "aten::linear") return nullptr;
  const auto inputs = function.inputs();
  if (inputs[1].toTensor().const_data_ptr() == search->head) search->input = inputs[0].toTensor();
  return nullptr;
}

/// Watches this thread's linear layers while it lives: any network's head is one of them, so none
/// has to give its activations away.
class Watching {
 public:
  explicit Watching(Search& what)
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(see).needsInputs(true).scopes(
            {at::RecordScope::FUNCTION}))) {
    search = &what;
  }
  ~Watching() {
    at::removeCallback(handle_);
    search = nullptr;
  }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
  Watching(Watching&&) = delete;
  Watching& operator=(Watching&&) = delete;

 private:
  at::CallbackHandle handle_;
};

}  // namespace

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
  const c10::InferenceMode inference;
  const PrecisionScope scope(plan.recipe.precision, plan.device.type());
  Search found{head_of(network).const_data_ptr(), {}};
  network.train(false);
  std::vector<at::Tensor> activations;
  std::vector<at::Tensor> labels;
  data::Loader loader(images, plan.evaluation);
  loader.start(0);
  const Watching watching(found);
  while (const auto* batch = loader.next()) {
    if (cancel && cancel()) throw Cancelled{};
    found.input.reset();
    network.forward(batch->views.front().to(plan.device));
    if (!found.input.defined())
      throw Error(Code::usage, "penultimate activations: the network's head is no linear layer");
    activations.push_back(found.input.to(at::kCPU, at::kFloat).clone());
    labels.push_back(batch->labels.clone());
  }
  return {at::cat(activations), at::cat(labels)};
}

}  // namespace temper::train
