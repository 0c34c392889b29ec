#include "temper/train/state.h"

namespace temper::train {
namespace {

optim::Kind kind_of(model::ParameterKind kind) {
  switch (kind) {
    case model::ParameterKind::weight:
      break;
    case model::ParameterKind::bias:
      return optim::Kind::bias;
    case model::ParameterKind::norm:
      return optim::Kind::norm;
    case model::ParameterKind::head:
      return optim::Kind::head;
  }
  return optim::Kind::weight;
}

optim::Target target_of(const model::Parameter& parameter) {
  return {.name = parameter.name, .value = parameter.value, .kind = kind_of(parameter.kind)};
}

}  // namespace

State start(const recipe::Recipe& recipe, std::unique_ptr<model::Network> network,
            const schedule::Horizon& horizon) {
  State state;
  state.network = std::move(network);
  for (const auto& parameter : state.network->parameters())
    state.targets.push_back(target_of(parameter));
  optim::scale(recipe.parameters, state.targets);
  optim::check(recipe.optimizer);
  state.optimizer = optim::start(recipe.optimizer, state.targets);
  if (recipe.lookahead) optim::remember_slow(state.optimizer, state.targets);
  if (recipe.averaging)
    state.averages = regularize::start(*recipe.averaging, weights(*state.network),
                                       {horizon.steps_per_epoch, horizon.total_steps});
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
