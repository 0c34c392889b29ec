#include "temper/train/step.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/loss/consistency.h"
#include "temper/loss/distillation.h"
#include "temper/loss/loss.h"
#include "temper/train/clock.h"

namespace temper::train {
namespace {

/// Rows [first, first + count) of a batch, as views of it.
data::Batch rows(const data::Batch& batch, std::int64_t first, std::int64_t count) {
  auto part = batch;
  for (auto& view : part.views) view = view.narrow(0, first, count);
  part.targets = batch.targets.narrow(0, first, count);
  part.labelled = batch.labelled.narrow(0, first, count);
  part.ids = batch.ids.narrow(0, first, count);
  return part;
}

/// How a micro-batch is weighted within its batch.
struct MicroBatchShare {
  std::optional<loss::Counts> whole = {};  ///< counts of the whole batch, for losses that need them
  double factor = 1;                       ///< otherwise the fraction of the labeled rows
  double rows = 1;                         ///< the fraction of all rows
};

at::Tensor forward(State& state, const recipe::Recipe& recipe, const data::Batch& batch,
                   const MicroBatchShare& share) {
  const auto& images = batch.views.front();
  const auto teacher = teacher_logits(state, recipe, images);
  const auto logits = state.network->forward(input_of(recipe, batch));
  auto loss = training_loss(recipe,
                            {.logits = first_view_logits(recipe, logits),
                             .targets = batch.targets,
                             .labelled = batch.labelled,
                             .prior = state.prior,
                             .whole = share.whole},
                            teacher);
  if (share.factor != 1) loss = loss.mul(share.factor);
  if (!recipe.consistency) return loss;
  return loss.add(loss::consistency_loss(*recipe.consistency, logits), share.rows);
}

template <class Tensors>
std::vector<at::Tensor> copies(const Tensors& named) {
  std::vector<at::Tensor> values;
  for (const auto& one : named) values.push_back(one.value.detach().clone());
  return values;
}

/// Accumulates the gradient of the loss of a batch or a micro-batch.
at::Tensor backward(State& state, const recipe::Recipe& recipe, const data::Batch& part,
                    const MicroBatchShare& share, Times& times) {
  Stopwatch watch;
  const auto loss = forward(state, recipe, part, share);
  times.forward += watch.lap();
  loss.backward();
  times.backward += watch.lap();
  return loss.detach();
}

/// @param rows  of the whole batch
MicroBatchShare micro_batch_share(const recipe::Recipe& recipe, const data::Batch& part,
                                  const loss::Counts& whole, std::int64_t rows) {
  MicroBatchShare share{.rows = static_cast<double>(part.ids.size(0)) / static_cast<double>(rows)};
  if (loss::needs_batch_counts(recipe.loss))
    share.whole = whole;
  else if (whole.rows > 0)
    share.factor = part.labelled.sum().item<double>() / whole.rows;
  return share;
}

/// The weights with weight decay, to which penalties and norm constraints apply as well. Excludes
/// frozen weights, and those that are not updated because they have no gradient.
std::vector<at::Tensor> decayed_weights(const State& state, const recipe::Recipe& recipe) {
  const bool all = !model::freezes_skipped_blocks(recipe.model);
  std::vector<at::Tensor> weights;
  for (const auto& target : state.targets)
    if (target.decay_scale != 0 && target.value.requires_grad() &&
        (all || target.value.grad().defined()))
      weights.push_back(target.value);
  return weights;
}

/// Computes the gradient of the loss and the penalties. @return the loss without penalties
at::Tensor compute_gradients(State& state, const recipe::Recipe& recipe, const data::Batch& batch,
                             Times& times, std::int64_t pass = 0) {
  const auto size = batch.views.front().size(0);
  const auto parts = std::min(recipe.data.micro_batches, size);
  at::Tensor loss;
  begin_pass(state, recipe, pass);
  if (parts == 1) {
    loss = backward(state, recipe, batch, {}, times);
  } else {
    const auto whole = loss::count(recipe.loss, batch.targets, batch.labelled);
    const auto views = recipe.consistency ? recipe.consistency->views : 1;
    for (std::int64_t i = 0; i < parts; ++i) {
      const auto first = i * size / parts;
      const auto part = rows(batch, first, (i + 1) * size / parts - first);
      begin_pass(state, recipe, pass, first * views);
      const auto added =
          backward(state, recipe, part, micro_batch_share(recipe, part, whole, size), times);
      loss = loss.defined() ? loss.add(added) : added;
    }
  }
  if (recipe.penalty)
    regularize::add_penalty_gradient(*recipe.penalty, decayed_weights(state, recipe));
  return loss;
}

/// Replaces the gradient by the one at the perturbed weights (sharpness-aware minimization). The
/// buffers stay as they were after the first pass.
void sam_gradients(State& state, const recipe::Recipe& recipe, const data::Batch& batch,
                   Times& times) {
  const auto buffers = copies(state.network->buffers());
  {
    const optim::PerturbedWeights perturbed(*recipe.sam, state.targets);
    optim::zero_gradients(state.targets);
    compute_gradients(state, recipe, batch, times, /*pass=*/1);
  }
  const at::NoGradGuard guard;
  for (std::size_t i = 0; i < buffers.size(); ++i)
    state.network->buffers()[i].value.copy_(buffers[i]);
}

void add_gradient_noise(const State& state, const recipe::Recipe& recipe) {
  std::vector<at::Tensor> weights;
  for (const auto& target : state.targets) weights.push_back(target.value);
  regularize::add_noise(*recipe.gradient_noise, weights,
                        {.seed = static_cast<std::uint64_t>(recipe.seed), .step = state.step - 1});
}

double length(const at::Tensor& tensor) {
  return tensor.defined() ? at::linalg_vector_norm(tensor.detach()).item<double>() : 0;
}

void update(State& state, const recipe::Recipe& recipe) {
  optim::step(
      recipe.optimizer, state.targets, state.optimizer,
      model::freezes_skipped_blocks(recipe.model) ? optim::Missing::skip : optim::Missing::zero);
  if (recipe.lookahead) optim::lookahead_step(*recipe.lookahead, state.targets, state.optimizer);
  if (recipe.max_norm) regularize::apply_max_norm(*recipe.max_norm, decayed_weights(state, recipe));
}

void update_with_norms(State& state, const recipe::Recipe& recipe, Norms& norms) {
  const auto before = copies(state.targets);
  update(state, recipe);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& target = state.targets[i];
    if (!target.value.requires_grad()) continue;
    norms.layers.push_back({target.name, length(before[i]), length(target.value.grad()),
                            length(target.value.detach().sub(before[i]))});
  }
}

}  // namespace

void prepare(State& state, const recipe::ScheduleDriver& driver) {
  driver.apply(state.step, state.plateaus);
  state.network->freeze(driver.frozen_stages(state.step));
}

void begin_pass(State& state, const recipe::Recipe& recipe, std::int64_t pass,
                std::int64_t first_row) {
  if (const auto* random = model::random_options(recipe.model))
    state.network->update_rates(*random);
  state.network->begin({.seed = static_cast<std::uint64_t>(recipe.seed),
                        .step = state.step,
                        .pass = pass,
                        .first_row = first_row});
}

at::Tensor input_of(const recipe::Recipe& recipe, const data::Batch& batch) {
  if (!recipe.consistency) return batch.views.front();
  if (std::ssize(batch.views) != recipe.consistency->views)
    throw Error(Code::usage,
                fmt::format("consistency.views = {}, but the batch has {} views of its images",
                            recipe.consistency->views, batch.views.size()));
  return at::stack(batch.views, 1).flatten(0, 1).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor first_view_logits(const recipe::Recipe& recipe, const at::Tensor& logits) {
  if (!recipe.consistency) return logits;
  return logits.unflatten(0, {-1, recipe.consistency->views}).select(1, 0);
}

at::Tensor teacher_logits(const State& state, const recipe::Recipe& recipe,
                          const at::Tensor& images) {
  if (!recipe.distillation) return {};
  if (!state.teacher)
    throw Error(Code::usage,
                "recipe.distillation needs a teacher and the state has none; let begin() load it, "
                "or set State::teacher to a network of your own");
  const at::NoGradGuard guard;
  return state.teacher->forward(images);
}

at::Tensor training_loss(const recipe::Recipe& recipe, const loss::Inputs& inputs,
                         const at::Tensor& teacher) {
  const auto loss = loss::compute(recipe.loss, inputs);
  return recipe.distillation
             ? loss::combine_with_distillation(*recipe.distillation, loss, teacher, inputs)
             : loss;
}

double learning_rate(const recipe::Recipe& recipe) {
  return std::visit([](const auto& optimizer) { return optimizer.lr; }, recipe.optimizer);
}

data::Batch to(const data::Batch& batch, at::Device device) {
  auto moved = batch;
  for (auto& view : moved.views) view = view.to(device);
  moved.targets = batch.targets.to(device);
  moved.labelled = batch.labelled.to(device);
  return moved;
}

StepResult step(State& state, const recipe::Recipe& recipe, const data::Batch& batch, Times& times,
                Norms* norms) {
  const auto loss = compute_gradients(state, recipe, batch, times);
  if (recipe.sam) sam_gradients(state, recipe, batch, times);

  Stopwatch watch;
  ++state.step;
  if (auto not_finite = find_not_finite(loss, state.targets)) {
    optim::zero_gradients(state.targets);
    return {loss, std::move(not_finite)};
  }
  if (recipe.clip) optim::clip(*recipe.clip, state.targets);
  if (recipe.gradient_noise) add_gradient_noise(state, recipe);
  norms != nullptr ? update_with_norms(state, recipe, *norms) : update(state, recipe);
  optim::zero_gradients(state.targets);
  if (recipe.averaging)
    regularize::update(*recipe.averaging, weights(*state.network), *state.averages);
  times.update += watch.lap();
  return {loss, std::nullopt};
}

}  // namespace temper::train
