#include "temper/train/state.h"

namespace temper::train {

State start(const recipe::Recipe& recipe, std::unique_ptr<model::Network> network) {
  State state;
  state.network = std::move(network);
  for (const auto& parameter : state.network->parameters())
    state.targets.push_back(
        {parameter.name, parameter.value, parameter.kind == model::ParameterKind::weight});
  optim::check(recipe.optimizer);
  state.optimizer = optim::start(recipe.optimizer, state.targets);
  if (recipe.averaging) state.averages = regularize::start(weights(*state.network));
  return state;
}

std::vector<Named> weights(const model::Network& network) {
  std::vector<Named> named;
  for (const auto& parameter : network.parameters())
    named.emplace_back(parameter.name, parameter.value);
  for (const auto& buffer : network.buffers()) named.emplace_back(buffer.name, buffer.value);
  return named;
}

}  // namespace temper::train
