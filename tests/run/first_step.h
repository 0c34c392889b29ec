#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>

#include <vector>

#include "temper/train/begin.h"
#include "temper/train/plan.h"
#include "temper/train/step.h"

namespace temper::run {

/// The gradient of the first step of a plan, all parameters in one vector.
inline at::Tensor first_gradient(const train::Plan& plan) {
  auto recipe = plan.recipe;
  recipe.optimizer = optim::Sgd{.lr = 1, .momentum = 0, .weight_decay = 0};
  auto state = train::begin(plan);
  state.network->train(true);
  data::Loader loader(plan.train, plan.training);
  loader.start(0);
  std::vector<at::Tensor> before;
  for (const auto& target : state.targets) before.push_back(target.value.detach().clone());
  train::Times times;
  train::step(state, recipe, *loader.next(), times);
  std::vector<at::Tensor> changes;
  for (std::size_t i = 0; i < before.size(); ++i)
    changes.push_back(before[i].sub(state.targets[i].value.detach()).flatten());
  return at::cat(changes);
}

}  // namespace temper::run
