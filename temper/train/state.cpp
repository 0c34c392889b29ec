#include "temper/train/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "temper/core/error.h"
#include "temper/recipe/contradictions.h"
#include "temper/train/averaged.h"
#include "temper/train/guard.h"
#include "temper/train/mixed_batch.h"
#include "temper/train/optimizer_shards.h"
#include "temper/train/plateaus.h"
#include "temper/train/precision.h"
#include "temper/train/stopping.h"
#include "temper/train/unlabelled.h"

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

/// The layer of each target.
std::vector<std::int64_t> layers_of(const State& state) {
  std::vector<std::int64_t> layers;
  for (const auto& parameter : state.network->parameters()) layers.push_back(parameter.layer);
  const auto last = layers.empty() ? 0 : *std::ranges::max_element(layers);
  layers.resize(state.targets.size(), last);
  return layers;
}

/// Keeps BatchNorm layers in evaluation mode where the recipe says so.
void keep_statistics(const recipe::Recipe& recipe, model::Network& network) {
  if (!recipe.pretrained || !recipe.pretrained->norm_eval || network.set_norm_eval(true)) return;
  throw Error(Code::usage, recipe::place(recipe.places, "pretrained.norm_eval"),
              "pretrained.norm_eval is true, but the network has no layers with running statistics "
              "(BatchNorm); leave it out");
}

optim::Target target_of(const model::Parameter& parameter) {
  return {.name = parameter.name,
          .value = parameter.value,
          .kind = kind_of(parameter.kind),
          .copy = parameter.copy};
}

/// That of a tensor of the projection.
optim::Target target_of(const Named& named) {
  const auto& [name, value] = named;
  return {.name = name,
          .value = value,
          .kind = value.dim() == 1 ? optim::Kind::bias : optim::Kind::weight};
}

std::vector<Named> finite_buffers(const model::Network& network) {
  std::vector<Named> finite;
  for (const auto& each : network.buffers()) {
    const auto& value = each.value;
    const Named buffer{each.name, value};
    if (value.is_floating_point() && value.numel() > 0 && !find_not_finite({&buffer, 1}))
      finite.push_back(buffer);
  }
  return finite;
}

}  // namespace

State start(const recipe::Recipe& recipe, std::unique_ptr<model::Network> network,
            const schedule::Horizon& horizon, std::vector<Named> projection) {
  State state;
  state.network = std::move(network);
  state.network->set_format(format_of(recipe.precision));
  for (const auto& parameter : state.network->parameters())
    state.targets.push_back(target_of(parameter));
  state.projection = std::move(projection);
  for (const auto& named : state.projection) state.targets.push_back(target_of(named));
  state.finite_buffers = finite_buffers(*state.network);
  recipe::check_stages(recipe, state.network->stages());
  keep_statistics(recipe, *state.network);
  scale_targets(state, recipe);
  state.scales_by_step = std::ranges::any_of(
      recipe.schedules, [](const auto& driven) { return driven.first.starts_with("parameters."); });
  optim::check(recipe.optimizer);
  state.optimizer = start_optimizer(recipe.optimizer, recipe.lookahead.has_value(), state.targets);
  begin_kept(state, recipe, horizon);
  return state;
}

void restart(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon) {
  auto anew = start(recipe, std::move(state.network), horizon, std::move(state.projection));
  anew.teacher = std::move(state.teacher);
  anew.teacher_logits = std::move(state.teacher_logits);
  anew.prior = std::move(state.prior);
  anew.normalisation = std::move(state.normalisation);
  anew.mean_teacher = std::move(state.mean_teacher);
  anew.ranks = std::move(state.ranks);
  anew.perturbation = std::move(state.perturbation);
  state = std::move(anew);
  reset_mean_teacher(state);
}

void scale_targets(State& state, const recipe::Recipe& recipe) {
  optim::scale(recipe.parameters, state.targets, layers_of(state));
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
