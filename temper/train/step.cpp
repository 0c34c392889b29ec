#include "temper/train/step.h"

#include <ATen/ops/linalg_vector_norm.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "temper/model/saved_buffers.h"
#include "temper/train/clock.h"
#include "temper/train/data_parallel.h"
#include "temper/train/free_perturbation.h"
#include "temper/train/mixed_batch.h"
#include "temper/train/objective.h"
#include "temper/train/optimizer_shards.h"
#include "temper/train/perturb.h"
#include "temper/train/unlabelled.h"

namespace temper::train {
namespace {

/// The loss of a part of the batch: with adversarial training that of its attacked images, or, for
/// TRADES, the term that they add.
/// @param attacked  undefined without adversarial training
at::Tensor loss_of(const Objective& objective, const recipe::Recipe& recipe,
                   const data::Batch& part, Objective::Pass pass,
                   const std::optional<Objective::Divisors>& whole, const at::Tensor& attacked) {
  if (!attacked.defined()) return objective.loss(part, objective.forward(part, pass), whole);
  auto others = part;
  others.views = {attacked};
  if (!std::holds_alternative<adversarial::Trades>(*recipe.adversarial))
    return objective.loss(others, objective.forward(others, pass), whole);
  const auto clean = objective.forward(part, pass);
  const auto logits =
      objective.forward(others, {.index = attacked_pass(pass.index), .first_row = pass.first_row});
  return objective.loss(part, clean, whole)
      .add(objective.attack_loss(part, clean.first, logits.first, whole));
}

/// The divisors of the whole batch, where the losses are of parts of it.
std::optional<Objective::Divisors> divisors_of(const Objective& objective, const State& state,
                                               const data::Batch& batch, std::int64_t parts) {
  if (parts == 1 && !state.ranks) return std::nullopt;
  auto whole = objective.divisors(batch);
  if (state.ranks) state.ranks->sum(whole.labels, whole.rows);
  return whole;
}

/// What adversarial training makes of a step's images.
struct Attacks {
  std::vector<at::Tensor> images;  ///< of each micro-batch, normalized
  at::Tensor perturbation;         ///< see perturbation_of()
};

/// Adds the gradient of the objective, micro-batch by micro-batch, and sums it over the ranks.
/// @param attacks  images are added in the first pass over the batch, and used in the second
/// @param pass  its rows are set for each micro-batch
/// @return the loss without penalties
at::Tensor accumulate_gradients(const Objective& objective, State& state,
                                const recipe::Recipe& recipe, const data::Batch& batch,
                                Times& times, Attacks& attacks, Objective::Pass pass) {
  const auto size = batch.views.front().size(0);
  const auto parts = micro_batches(recipe, batch.size(), state.ranks.get());
  const auto whole = divisors_of(objective, state, batch, parts);
  at::Tensor sum;
  for (std::int64_t i = 0; i < parts; ++i) {
    const auto first = i * size / parts;
    const auto part = batch.rows(first, (i + 1) * size / parts - first);
    Stopwatch watch;
    if (recipe.adversarial && pass.index == 0)
      attacks.images.push_back(
          attacks.perturbation.defined()
              ? perturbed_images(objective, part,
                                 attacks.perturbation.narrow(0, first, part.ids.size(0)))
              : attacked_images(objective, recipe, state, part, part.first_row));
    auto attacked = recipe.adversarial ? attacks.images[static_cast<std::size_t>(i)] : at::Tensor();
    if (pass.index > 0 && attacked.defined()) attacked = attacked.detach();
    pass.first_row = part.first_row;
    const auto loss = loss_of(objective, recipe, part, pass, whole, attacked);
    times.forward += watch.lap();
    sum = sum.defined() ? sum.add(loss.detach()) : loss.detach();
    if (state.ranks && i + 1 == parts) state.ranks->begin(sum, /*statistics=*/pass.index == 0);
    loss.backward();
    times.backward += watch.lap();
  }
  if (state.ranks) {
    const Stopwatch watch;
    sum = state.ranks->finish();
    times.backward += watch.seconds();
  }
  objective.add_penalty_gradient();
  return sum;
}

/// The phases perturb and gradients. With sharpness-aware minimization the gradient is the one at
/// the perturbed weights and for the same attacked images, and the buffers stay as they were after
/// the first pass.
/// @param features  see Objective::Pass
/// @return the loss at the weights themselves, without penalties
at::Tensor compute_gradients(State& state, const recipe::Recipe& recipe, const data::Batch& batch,
                             const mix::Plan* features, Attacks& attacks, Times& times) {
  const Objective objective(recipe, state);
  auto loss =
      accumulate_gradients(objective, state, recipe, batch, times, attacks, {.features = features});
  if (!recipe.sam) return loss;
  const model::SavedBuffers buffers(*state.network);
  {
    const optim::PerturbedWeights perturbed(*recipe.sam, state.targets);
    optim::zero_gradients(state.targets);
    accumulate_gradients(objective, state, recipe, batch, times, attacks,
                         {.index = 1, .features = features});
  }
  buffers.restore();
  return loss;
}

/// Changes the gradients before the update.
void transform(const State& state, const recipe::Recipe& recipe) {
  if (recipe.clip) optim::clip(*recipe.clip, state.targets);
  if (!recipe.gradient_noise) return;
  for (const auto& target : state.targets)
    regularize::add_noise(
        *recipe.gradient_noise, {target.name, target.value},
        {.seed = static_cast<std::uint64_t>(recipe.seed), .step = state.step - 1});
}

double length(const at::Tensor& tensor) {
  return tensor.defined() ? at::linalg_vector_norm(tensor.detach()).item<double>() : 0;
}

/// @param targets  whose state it is
void update_parameters(const recipe::Recipe& recipe, std::span<const optim::Target> targets,
                       optim::State& state) {
  optim::step(
      recipe.optimizer, targets, state,
      model::freezes_skipped_blocks(recipe.model) ? optim::Missing::skip : optim::Missing::zero);
  if (recipe.lookahead) optim::lookahead_step(*recipe.lookahead, targets, state);
}

void update(State& state, const recipe::Recipe& recipe) {
  if (state.scales_by_step) scale_targets(state, recipe);
  if (state.shards) {
    update_parameters(recipe, state.shards->own(state.targets), state.optimizer);
    state.shards->share(state.targets, state.ranks->group());
  } else {
    update_parameters(recipe, state.targets, state.optimizer);
  }
  if (recipe.max_norm) regularize::apply_max_norm(*recipe.max_norm, decayed_weights(recipe, state));
  update_mean_teacher(state, recipe);
}

void update_with_norms(State& state, const recipe::Recipe& recipe, Norms& norms) {
  std::vector<at::Tensor> before;
  for (const auto& target : state.targets) before.push_back(target.value.detach().clone());
  update(state, recipe);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& target = state.targets[i];
    if (!target.value.requires_grad()) continue;
    norms.layers.push_back({target.name, length(before[i]), length(target.value.grad()),
                            length(target.value.detach().sub(before[i]))});
  }
}

}  // namespace

void average(State& state, const recipe::Recipe& recipe, regularize::Applied applied) {
  for (std::size_t i = 0; i < recipe.averaging.size(); ++i)
    regularize::update(recipe.averaging[i], weights(*state.network), state.averages[i], state.step,
                       applied);
}

void prepare(State& state, const recipe::ScheduleDriver& driver) {
  driver.apply(state.step, state.plateaus);
  const auto frozen = driver.frozen_stages(state.step);
  state.network->freeze(frozen);
  if (state.mean_teacher) state.mean_teacher->freeze(frozen);  // for the mode of its normalization
  state.network->begin_epoch(driver.epoch(state.step));
}

double learning_rate(const recipe::Recipe& recipe) {
  return std::visit([](const auto& optimizer) { return optimizer.lr; }, recipe.optimizer);
}

StepResult step(State& state, const recipe::Recipe& recipe, const data::Batch& batch, Times& times,
                Norms* norms) {
  Stopwatch watch;
  auto* const group = state.ranks ? &state.ranks->group() : nullptr;
  const auto plan = mixing_plan(recipe, state.step, batch, group);
  auto trained = plan ? std::optional(mixed(batch, *plan, group)) : std::nullopt;
  if (recipe.semi) trained = with_targets(state, recipe, trained ? *trained : batch);
  times.forward += watch.lap();
  const auto& seen = trained ? *trained : batch;
  Attacks attacks{.images = {}, .perturbation = perturbation_of(state, recipe, seen)};
  const auto loss = compute_gradients(state, recipe, seen, plan ? mixed_features(*plan) : nullptr,
                                      attacks, times);
  watch = {};
  ++state.step;
  if (auto not_finite = find_not_finite(loss, state)) {
    optim::zero_gradients(state.targets);
    return {loss, std::move(not_finite)};
  }
  move_perturbation(state, recipe, seen, attacks.perturbation);
  transform(state, recipe);
  norms != nullptr ? update_with_norms(state, recipe, *norms) : update(state, recipe);
  optim::zero_gradients(state.targets);
  average(state, recipe);
  times.update += watch.lap();
  return {loss, std::nullopt};
}

}  // namespace temper::train
