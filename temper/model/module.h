#pragma once
#include <torch/nn/module.h>

#include <functional>
#include <memory>
#include <utility>

#include "temper/model/network.h"

namespace temper::model {

/// Wraps a torch::nn::Module as a Network. Weights of 4 dimensions become channels-last. Kinds of
/// parameters: those of normalization layers are `norm_weight` and `norm_bias`; of the others,
/// vectors and scalars are `bias`, everything else is `weight`. Layers: every module with
/// parameters of its own is one, in the order of registration, so a convolution and the
/// normalization after it are two; the numbering is wrong if modules are not registered in the
/// order of the forward pass. No stages can be frozen.
/// @param forward  the module's forward pass, images to logits
std::unique_ptr<Network> wrap(std::shared_ptr<torch::nn::Module> module,
                              std::function<at::Tensor(const at::Tensor&)> forward);

/// The same for a module with `at::Tensor forward(at::Tensor)`.
template <class M>
std::unique_ptr<Network> wrap(std::shared_ptr<M> module) {
  auto forward = [module](const at::Tensor& images) { return module->forward(images); };
  return wrap(std::shared_ptr<torch::nn::Module>(std::move(module)), std::move(forward));
}

}  // namespace temper::model
