#include "temper/train/begin.h"

#include <ATen/ops/div.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "temper/augment/operations/resize.h"
#include "temper/data/loader/loader.h"
#include "temper/data/sources/subset.h"
#include "temper/train/data_parallel.h"
#include "temper/train/free_perturbation.h"
#include "temper/train/optimizer_shards.h"
#include "temper/train/projection.h"
#include "temper/train/teacher.h"
#include "temper/train/unlabelled.h"

namespace temper::train {
namespace {

/// Reads images at the network's input size, without augmentation. Options of evaluation have no
/// effect here, since runs that differ in them alone are trained once.
data::LoaderOptions initial_options(const Plan& plan) {
  const augment::InputTransform transform{
      .input = {plan.task.channels, plan.task.height, plan.task.width},
      .resize = augment::automatic_side(plan.input()),
      .normalisation = plan.training.normalisation};
  auto options = data::evaluation_options(transform);
  options.batch = plan.evaluation.batch;
  options.threads = plan.evaluation.threads;
  options.skip_bad = plan.training.skip_bad;
  return options;
}

/// Null: each process has the whole state of the optimizer.
std::shared_ptr<const OptimizerShards> shards_of(const Plan& plan,
                                                 const std::vector<optim::Target>& targets) {
  if (!plan.recipe.shard_optimizer) return nullptr;
  return std::make_shared<const OptimizerShards>(plan.recipe, targets, plan.group->size(),
                                                 plan.group->rank());
}

}  // namespace

at::Tensor class_frequencies(const data::Source& images) {
  const auto counts = at::zeros({static_cast<std::int64_t>(images.classes().size())}, at::kDouble);
  auto* values = counts.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < images.size(); ++i)
    if (const auto label = images.label(i); label >= 0) values[label] += 1;
  return counts.div(counts.sum().clamp_min(1)).to(at::kFloat);
}

std::unique_ptr<model::Network> initial_network(const Plan& plan) {
  auto network = build_network(plan);
  const auto images = plan.train->size();
  const auto count = std::min(network->initial_images(), images);
  if (count == 0 || plan.recipe.pretrained) return network;  // those of an earlier training
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  for (std::int64_t k = 0; k < count; ++k) rows[static_cast<std::size_t>(k)] = k * images / count;
  data::Loader loader(std::make_shared<data::Subset>(plan.train, std::move(rows)),
                      initial_options(plan));
  loader.start(0);
  network->initialise_from([&] {
    const auto* batch = loader.next();
    return batch == nullptr ? at::Tensor() : batch->views.front();
  });
  return network;
}

State begin(const Plan& plan) {
  auto network = initial_network(plan);
  Teacher teacher;
  std::vector<Named> projection;
  if (const auto& distillation = plan.recipe.distillation) {
    teacher = load_teacher(plan);
    if (distillation->features)
      projection =
          make_projection(*network, *teacher.network, static_cast<std::uint64_t>(plan.recipe.seed));
  }
  auto state = start(plan.recipe, std::move(network), plan.horizon, std::move(projection));
  if (plan.group && plan.recipe.sync_bn) synchronise_statistics(*state.network, plan.group);
  if (plan.group)
    state.ranks =
        std::make_shared<DataParallel>(plan.group, *state.network, state.targets,
                                       plan.recipe.comm_hook, shards_of(plan, state.targets));
  state.normalisation = plan.training.normalisation;
  begin_mean_teacher(plan, state);
  if (plan.group && plan.recipe.sync_bn && state.mean_teacher)
    synchronise_statistics(*state.mean_teacher, plan.group);
  begin_perturbation(plan, state);
  state.teacher = std::move(teacher.network);
  state.teacher_logits = std::move(teacher.logits);
  if (loss::needs_prior(plan.recipe.loss))
    state.prior = class_frequencies(*plan.train).to(plan.device);
  return state;
}

}  // namespace temper::train
