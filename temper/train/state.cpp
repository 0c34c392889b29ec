#include "temper/train/state.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"
#include "temper/train/averaged.h"
#include "temper/train/guard.h"
#include "temper/train/plateaus.h"
#include "temper/train/precision.h"
#include "temper/train/stopping.h"

namespace temper::train {
namespace {

optim::Kind kind_of(model::ParameterKind kind) {
  switch (kind) {
    case model::ParameterKind::weight:
      break;
    case model::ParameterKind::bias:
      return optim::Kind::bias;
    case model::ParameterKind::norm_weight:
    case model::ParameterKind::norm_bias:
      return optim::Kind::norm;
    case model::ParameterKind::head:
      return optim::Kind::head;
  }
  return optim::Kind::weight;
}

std::vector<std::int64_t> layers_of(const model::Network& network) {
  std::vector<std::int64_t> layers;
  for (const auto& parameter : network.parameters()) layers.push_back(parameter.layer);
  return layers;
}

void check_freeze(const recipe::Recipe& recipe, const model::Network& network) {
  if (!recipe.freeze || recipe.freeze->stages <= network.stages()) return;
  throw Error(
      Code::usage, recipe::place(recipe.places, "freeze.stages"),
      fmt::format("freeze.stages is {}, and the network {}", recipe.freeze->stages,
                  network.stages() == 0
                      ? "has no stages: leave freeze out, or define them in a network of your "
                        "own (model::Network::stages)"
                      : fmt::format("has {}, including the stem; expected at most that",
                                    network.stages())));
}

optim::Target target_of(const model::Parameter& parameter) {
  return {.name = parameter.name,
          .value = parameter.value,
          .kind = kind_of(parameter.kind),
          .copy = parameter.copy};
}

std::vector<Named> finite_buffers(const model::Network& network) {
  std::vector<Named> finite;
  for (const auto& [name, value] : network.buffers()) {
    const Named buffer{name, value};
    if (value.is_floating_point() && value.numel() > 0 && !find_not_finite({&buffer, 1}))
      finite.push_back(buffer);
  }
  return finite;
}

}  // namespace

State start(const recipe::Recipe& recipe, std::unique_ptr<model::Network> network,
            const schedule::Horizon& horizon) {
  State state;
  state.network = std::move(network);
  state.network->set_format(format_of(recipe.precision));
  for (const auto& parameter : state.network->parameters())
    state.targets.push_back(target_of(parameter));
  state.finite_buffers = finite_buffers(*state.network);
  check_freeze(recipe, *state.network);
  scale_targets(state, recipe);
  state.scales_by_step = std::ranges::any_of(
      recipe.schedules, [](const auto& driven) { return driven.first.starts_with("parameters."); });
  optim::check(recipe.optimizer);
  state.optimizer = optim::start(recipe.optimizer, state.targets);
  if (recipe.lookahead) optim::add_slow_weights(state.optimizer, state.targets);
  begin_kept(state, recipe, horizon);
  return state;
}

void scale_targets(State& state, const recipe::Recipe& recipe) {
  optim::scale(recipe.parameters, state.targets, layers_of(*state.network));
}

void exchange(State& state, Kept& kept) {
  std::swap(state.averages, kept.averages);
  std::swap(state.plateaus, kept.plateaus);
  std::swap(state.stop, kept.stop);
  std::swap(state.best, kept.best);
}

void begin_kept(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon) {
  begin_averages(state, recipe, horizon);
  begin_stopping(state, recipe);
  state.plateaus = start_plateaus(recipe);
}

std::vector<Named> weights(const model::Network& network) {
  std::vector<Named> named;
  for (const auto& parameter : network.parameters())
    named.emplace_back(parameter.name, parameter.value);
  for (const auto& buffer : network.buffers()) named.emplace_back(buffer.name, buffer.value);
  return named;
}

}  // namespace temper::train
