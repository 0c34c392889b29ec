#include "temper/train/step.h"

#include <ATen/ops/linalg_vector_norm.h>

#include "temper/loss/loss.h"
#include "temper/train/clock.h"
#include "temper/train/precision.h"

namespace temper::train {
namespace {

at::Tensor forward(State& state, const recipe::Recipe& recipe, const data::Batch& batch) {
  const auto& images = batch.views.front();
  const PrecisionScope scope(recipe.precision, images.device().type());
  const auto logits = state.network->forward(images);
  return loss::compute(recipe.loss, logits, batch.targets, batch.labelled);
}

double norm(const at::Tensor& tensor) {
  return tensor.defined() ? at::linalg_vector_norm(tensor.detach()).item<double>() : 0;
}

std::vector<at::Tensor> copies(const std::vector<optim::Target>& targets) {
  std::vector<at::Tensor> values;
  for (const auto& target : targets) values.push_back(target.value.detach().clone());
  return values;
}

}  // namespace

data::Batch to(const data::Batch& batch, at::Device device) {
  auto moved = batch;
  for (auto& view : moved.views) view = view.to(device);
  moved.targets = batch.targets.to(device);
  moved.labelled = batch.labelled.to(device);
  return moved;
}

at::Tensor step(State& state, const recipe::Recipe& recipe, const data::Batch& batch, Times& times,
                Norms* norms) {
  Stopwatch watch;
  const auto loss = forward(state, recipe, batch);
  times.forward += watch.lap();

  loss.backward();
  times.backward += watch.lap();

  const auto before = norms != nullptr ? copies(state.targets) : std::vector<at::Tensor>{};
  optim::step(recipe.optimizer, state.targets, state.optimizer);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& target = state.targets[i];
    norms->layers.push_back({target.name, norm(before[i]), norm(target.value.grad()),
                             norm(target.value.detach().sub(before[i]))});
  }
  optim::zero_gradients(state.targets);
  ++state.step;
  if (state.averages)
    regularize::update(*recipe.averaging, weights(*state.network), *state.averages);
  times.update += watch.lap();
  return loss.detach();
}

}  // namespace temper::train
