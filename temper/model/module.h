#pragma once
#include <torch/nn/module.h>

#include <functional>
#include <memory>
#include <utility>

#include "temper/model/network.h"

namespace temper::model {

/// A torch::nn::Module behind the trainer's interface. Weights of 4 dimensions become
/// channels-last. Kinds: what a normalisation layer holds is `norm`; of the rest, vectors and
/// scalars are `bias`, everything else is `weight`. Layers: every module that holds parameters of
/// its own is one, in the order of registration, so a convolution and the normalisation after it
/// are two; a registered order that is not the forward pass's is counted wrongly. Stages to freeze:
/// none.
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
