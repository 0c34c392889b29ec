#include "temper/cost/preflight.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <algorithm>

#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/error.h"
#include "temper/distributed/group.h"
#include "temper/loss/cross_entropy.h"
#include "temper/loss/mse.h"
#include "temper/measure/values.h"
#include "temper/model/freeze.h"
#include "temper/model/saved_buffers.h"
#include "temper/train/averaged.h"
#include "temper/train/begin.h"
#include "temper/train/data_parallel.h"
#include "temper/train/state.h"
#include "temper/train/step.h"
#include "temper/train/training_size.h"

namespace temper::cost {
namespace {

/// The first line of LibTorch's message.
std::string reason(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

/// @param option  that gives the size
/// @param when    it is used: " of step 12"; "" in evaluation
void try_size(const train::Plan& plan, model::Network& network, augment::Size size,
              const std::string& option, const std::string& when) {
  const auto images = at::zeros({2, plan.task.channels, size.height, size.width}, at::kFloat)
                          .contiguous(at::MemoryFormat::ChannelsLast)
                          .to(plan.device);
  try {
    const c10::InferenceMode inference;
    (void)network.forward(images);
  } catch (const std::exception& error) {
    throw Error(Code::usage, recipe::place(plan.recipe.places, option),
                fmt::format("{}: the network can't take the images of {} x {} pixels{} ({}); it is "
                            "built for {} x {}",
                            option, size.height, size.width, when, reason(error), plan.task.height,
                            plan.task.width));
  }
}

/// The smallest number of images in a pass in training mode, and the pass.
struct SmallestPass {
  std::int64_t images = 0;
  std::string text;
};

SmallestPass smallest_pass(const train::Plan& plan, std::int64_t ranks) {
  const auto& recipe = plan.recipe;
  const auto batch = recipe.data.batch / ranks;
  const auto in_each = ranks == 1 ? std::string() : fmt::format(" in {} processes", ranks);
  const auto views = recipe.consistency ? recipe.consistency->views : 1;
  const auto parts = std::min(recipe.data.micro_batches, batch);
  SmallestPass smallest{
      batch / parts * views,
      fmt::format("data.batch_size = {}{} in data.micro_batches = {} gives a pass of {} image{}",
                  recipe.data.batch, in_each, recipe.data.micro_batches, batch / parts * views,
                  batch / parts * views == 1 ? "" : "s")};
  for (std::size_t i = 0; i < train::averaging_names(recipe).size(); ++i)
    if (train::wants_statistics(recipe, i) && batch < smallest.images)
      smallest = {batch,
                  fmt::format("data.batch_size = {}{} gives, when BatchNorm's statistics are "
                              "re-estimated for averaged weights, a pass of {} image{}",
                              recipe.data.batch, in_each, batch, batch == 1 ? "" : "s")};
  return smallest;
}

/// The layer of the first BatchNorm that would see a single value per channel of an image; empty:
/// none. Those of frozen stages use their running statistics.
std::string layer_of_one_value(model::Network& network, const model::Task& task) {
  std::set<std::string_view> trained;
  for (const auto& parameter : network.parameters())
    if (parameter.value.requires_grad()) trained.insert(parameter.name);
  const auto graph = network.graph(task);
  if (!graph) return "";
  for (const auto& node : graph->nodes)
    if (node.operation == model::Operation::normalization &&
        node.shape.height * node.shape.width == 1 && trained.contains(node.layer + ".bias"))
      return node.layer;
  return "";
}

double lowest_r2(const measure::ValuePredictions& answers) {
  double lowest = 1;
  for (const auto& one : measure::errors(answers)) lowest = std::min(lowest, one.r2);
  return lowest;
}

/// Targets are standardized, so the outputs of an untrained network should be small.
std::string about_first_values(const at::Tensor& answers, const data::Batch& batch) {
  const loss::Inputs inputs{
      .logits = answers, .targets = batch.targets, .labelled = batch.labelled};
  const auto loss = loss::evaluate(loss::Mse{}, inputs).item<double>();
  const auto by_mean = batch.targets.square().mean().item<double>();
  constexpr double factor = 4;
  if (std::isfinite(loss) && loss < factor * (1 + by_mean)) return "";
  return fmt::format(
      "the first mean squared error is {:.3f}, but predicting the mean of the targets gives "
      "{:.3f}; check the initial weights and the normalization",
      loss, by_mean);
}

/// Whether all images of the batch are the same, those of all ranks. A rank may have so few of them
/// that they are by chance.
bool all_same(const train::Plan& plan, const data::Batch& batch) {
  const auto& images = batch.views.front();
  if (batch.size() < 2) return false;
  if (!plan.group) return images.eq(images[0]).all().item<bool>();
  const auto first = images[0].clone(at::MemoryFormat::Contiguous);
  plan.group->broadcast(first);
  return !train::any_of(*plan.group, !images.eq(first).all().item<bool>());
}

/// All that a recipe may leave out, as it would make one batch harder to learn.
void switch_off_techniques(recipe::Recipe& recipe) {
  for (const auto& item : group(recipe).items) {
    if (const auto* technique = std::get_if<std::function<OptionalView()>>(&item.slot))
      (*technique)().set_present(false);
    if (const auto* techniques = std::get_if<std::function<ListView()>>(&item.slot))
      (*techniques)().resize(0);
  }
}

}  // namespace

std::string inspect_first_batch(const train::Plan& plan, model::Network& network,
                                const data::Batch& batch) {
  const auto& images = batch.views.front();
  const auto& labels = batch.labels;
  for (std::int64_t i = 0; i < labels.size(0); ++i) {
    const auto label = labels[i].item<std::int64_t>();
    if (label < -1 || label >= plan.task.classes)
      throw Error(Code::data, {.image = plan.train->where(batch.ids[i].item<std::int64_t>())},
                  fmt::format("label {} is outside [0, {}), the classes that the data names", label,
                              plan.task.classes));
  }
  if (!at::isfinite(images).all().item<bool>())
    throw Error(Code::data,
                "the first batch contains NaN or infinity; check the mean and std of the data");
  if (all_same(plan, batch))
    throw Error(Code::data,
                "all images of the first batch are the same; check the data and its augmentation");

  // In training mode, as in the first step but without random layers, and with the buffers
  // restored: the check must not change the run.
  const at::NoGradGuard no_grad;
  const model::SavedBuffers buffers(network);
  network.train(true);
  network.set_noise(model::Noise::never);
  const auto answers = network.forward(images);
  network.set_noise(model::Noise::training);
  buffers.restore();

  if (plan.is_regression()) return about_first_values(answers, batch);
  const auto loss = loss::cross_entropy(answers, batch.targets, batch.labelled).item<double>();
  const double guessing = std::log(static_cast<double>(plan.task.classes));
  const bool learned = plan.recipe.pretrained && loss < guessing;
  if (std::isfinite(loss) && (learned || std::abs(loss - guessing) < 0.5 * guessing)) return "";
  return fmt::format(
      "the first loss is {:.3f}, but random guessing among {} classes gives {:.3f}; check the "
      "initial weights and the normalization",
      loss, plan.task.classes, guessing);
}

void require_sizes(const train::Plan& plan) {
  const train::TrainingSize sizes(plan.recipe, plan.horizon, plan.input());
  const bool evaluates_others = plan.evaluation.size != plan.input();
  if (!sizes.given() && !evaluates_others) return;
  const auto network = train::build_network(plan);
  network->train(true);
  if (sizes.given())
    for (const auto step : {sizes.smallest_at(), sizes.largest_at()})
      try_size(plan, *network, sizes.at(step), "data.train_size", fmt::format(" of step {}", step));
  network->train(false);
  if (evaluates_others) try_size(plan, *network, plan.evaluation.size, "evaluation.size", "");
}

void require_batch_statistics(const train::Plan& plan) {
  require_batch_statistics(plan, plan.group ? plan.group->size() : 1);
}

void require_batch_statistics(const train::Plan& plan, std::int64_t ranks) {
  const auto& recipe = plan.recipe;
  const auto pass = smallest_pass(plan, ranks);
  const bool running = recipe.pretrained && recipe.pretrained->norm_eval;
  const bool shared = recipe.sync_bn && ranks > 1;
  if (pass.images > 1 || running || shared) return;
  const auto network = train::build_network(plan);
  const train::TrainingSize sizes(recipe, plan.horizon, plan.input());
  // Without a schedule of the size, only the end of the frozen epochs tells steps apart.
  const auto last = plan.horizon.total_steps - 1;
  const auto stride = sizes.scheduled() ? 1 : std::max<std::int64_t>(1, last);
  std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t>> seen;
  for (std::int64_t step = 0; step <= last; step += stride) {
    const auto [height, width] = sizes.at(step);
    const auto frozen =
        recipe.freeze ? model::frozen_stages(*recipe.freeze, step, plan.horizon.steps_per_epoch)
                      : 0;
    if (!seen.emplace(height, width, frozen).second) continue;
    network->freeze(std::min(frozen, network->stages()));
    auto task = plan.task;
    task.height = height;
    task.width = width;
    if (const auto layer = layer_of_one_value(*network, task); !layer.empty())
      throw Error(
          Code::usage, recipe::place(recipe.places, "data.batch_size"),
          fmt::format("{}, and images of {} x {} pixels (step {} of the run) are a single pixel at "
                      "the BatchNorm layer {}: the variance of one value per channel is not "
                      "defined. Train with two images or more per pass (a larger "
                      "data.batch_size, or fewer data.micro_batches), with larger images, with "
                      "another model.stem, or with these stages frozen (freeze)",
                      pass.text, height, width, step, layer));
  }
}

Overfit overfit_one_batch(const train::Plan& plan, std::int64_t steps) {
  require_batch_statistics(plan);
  auto recipe = plan.recipe;
  switch_off_techniques(recipe);
  if (plan.is_regression())
    recipe.loss = loss::Mse{};
  else
    recipe.loss = loss::CrossEntropy{};
  recipe.optimizer = optim::Sgd{.lr = 0.02, .momentum = 0.9};
  auto options = plan.training;
  options.views = plan.evaluation.views;
  options.fit = plan.evaluation.fit;
  options.size = plan.evaluation.size;
  options.adapt = {};
  data::Loader loader(plan.train, options);
  loader.start(0);
  const auto batch = loader.next()->to(plan.device);

  auto state = train::start(recipe, train::initial_network(plan), plan.horizon);
  state.network->train(true);
  state.network->set_noise(model::Noise::never);
  Overfit result{.steps = steps};
  train::Times ignored;
  for (std::int64_t i = 0; i < steps; ++i) {
    const auto loss = train::step(state, recipe, batch, ignored).loss.item<double>();
    if (i == 0) result.first_loss = loss;
    result.last_loss = loss;
  }
  const at::NoGradGuard no_grad;
  const auto answers = state.network->forward(batch.views.front()).to(at::kCPU, at::kDouble);
  if (plan.is_regression())
    result.accuracy = lowest_r2({answers, batch.targets.to(at::kCPU, at::kDouble),
                                 std::vector<double>(plan.scale.mean.size(), 1)});
  else
    result.accuracy =
        answers.argmax(1).eq(batch.labels.to(at::kCPU)).to(at::kDouble).mean().item<double>();
  return result;
}

}  // namespace temper::cost
