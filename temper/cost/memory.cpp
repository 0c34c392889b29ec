#include "temper/cost/memory.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "temper/adversarial/attack.h"
#include "temper/adversarial/classifier.h"
#include "temper/core/error.h"
#include "temper/cost/evaluated.h"
#include "temper/cost/heap_model.h"
#include "temper/cost/machine_memory.h"
#include "temper/distributed/group.h"
#include "temper/distributed/owned.h"
#include "temper/evaluate/fit_head.h"
#include "temper/evaluate/in_float.h"
#include "temper/train/begin.h"
#include "temper/train/data_parallel.h"
#include "temper/train/optimizer_shards.h"
#include "temper/train/step.h"

namespace temper::cost {
namespace {

/// A batch of zeros: memory does not depend on the contents.
data::Batch blank_images(const train::Plan& plan, augment::Size size, std::int64_t n,
                         std::int64_t views) {
  const auto& task = plan.task;
  // As in the loader's batches: contiguous() would leave the strides of a single channel as they
  // are, with which LibTorch convolves in another way.
  const auto images =
      at::empty({n, task.channels, size.height, size.width},
                at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast))
          .zero_();
  return {
      .views = std::vector(static_cast<std::size_t>(views), images),
      .labels = at::zeros({n}, at::kLong),
      .targets = at::full({n, task.classes}, 1.0 / static_cast<double>(task.classes), at::kFloat),
      .labelled = at::full({n}, true, at::kBool),
      .ids = at::arange(n, at::kLong).remainder(plan.train->size())};
}

data::Batch blank_batch(const train::Plan& plan, augment::Size size, std::int64_t views = 1) {
  return blank_images(plan, size, Allocations::kMore, views).to(plan.device);
}

/// A batch of training, with its unlabeled images.
data::Batch blank_training_batch(const train::Plan& plan) {
  const auto& size = plan.training.size;
  auto batch = blank_images(plan, size, Allocations::kMore, std::ssize(plan.training.views));
  if (plan.unlabelled)
    batch.unlabelled = std::make_shared<const data::Batch>(
        blank_images(plan, size, plan.recipe.semi->ratio * Allocations::kMore,
                     std::ssize(plan.training_unlabelled.views)));
  return batch.to(plan.device);
}

/// The allocations of a step with the largest images.
Allocations of_training(const train::Plan& plan, const recipe::Recipe& recipe,
                        train::State& state) {
  const auto blank = blank_training_batch(plan);
  // The run's last step, with the fewest frozen stages, needs the most memory.
  if (recipe.freeze)
    state.network->freeze(model::frozen_stages(*recipe.freeze, plan.horizon.total_steps - 1,
                                               plan.horizon.steps_per_epoch));
  // Not by chance, so that all steps allocate the same blocks; mixing frees its own before the
  // forward pass.
  auto steady = recipe;
  if (steady.mixing) steady.mixing = mix::Mixing{};
  // These batches may be larger than the run's.
  const auto perturbation = state.perturbation;
  if (perturbation.defined()) state.perturbation = at::zeros_like(blank.views.front());
  auto found = Allocations([&](std::int64_t batch) {
    state.network->train(true);
    train::Times times;
    train::Norms norms;
    train::step(state, steady, blank.rows(0, batch), times,
                steady.log.norms_every > 0 ? &norms : nullptr);
  });
  state.perturbation = perturbation;
  return found;
}

Allocations of_evaluation(const train::Plan& plan, train::State& state) {
  const auto blank = blank_batch(plan, plan.evaluation.size);
  return Allocations([&](std::int64_t batch) {
    const c10::InferenceMode inference;
    state.network->train(false);
    (void)state.network->forward(blank.rows(0, batch).views.front());
  });
}

/// The allocations of evaluation.attack on a batch: passes with gradients, in float. Its steps all
/// allocate the same blocks.
std::optional<Allocations> of_attack(const train::Plan& plan, train::State& state) {
  const auto& asked = plan.recipe.evaluation.attack;
  if (!asked) return std::nullopt;
  const adversarial::Attack attack{.norm = asked->norm, .radius = asked->radius, .steps = 2};
  const auto blank = blank_batch(plan, plan.evaluation.size);
  const evaluate::InFloat precise(*state.network);
  const auto classifier = adversarial::in_pixels(
      [&state](const at::Tensor& images) { return state.network->forward(images); },
      plan.evaluation.normalisation.mean, plan.evaluation.normalisation.std);
  return Allocations([&](std::int64_t batch) {
    state.network->train(false);
    const auto rows = blank.rows(0, batch);
    const std::vector<std::int64_t> ids(static_cast<std::size_t>(batch));
    (void)adversarial::run(attack, classifier, rows.views.front(), rows.labels, ids);
  });
}

std::vector<std::int64_t> sizes_of(std::span<const train::Named> tensors) {
  std::vector<std::int64_t> sizes;
  for (const auto& [name, tensor] : tensors)
    sizes.push_back(static_cast<std::int64_t>(tensor.nbytes()));
  return sizes;
}

std::uint64_t sum_of(std::span<const std::int64_t> sizes) {
  return static_cast<std::uint64_t>(std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}));
}

/// Bytes of each tensor that a checkpoint holds, apart from the optimizer's state.
std::vector<std::int64_t> sizes_of_weights(const train::State& state) {
  auto all = train::weights(*state.network);
  all.insert(all.end(), state.projection.begin(), state.projection.end());
  if (state.mean_teacher) {
    const auto teacher = train::weights(*state.mean_teacher);
    all.insert(all.end(), teacher.begin(), teacher.end());
  }
  if (state.perturbation.defined()) all.emplace_back("perturbation", state.perturbation);
  for (const auto& average : state.averages)
    all.insert(all.end(), average.tensors.begin(), average.tensors.end());
  if (state.best) {
    all.insert(all.end(), state.best->raw.begin(), state.best->raw.end());
    for (const auto& average : state.best->averaged)
      all.insert(all.end(), average.begin(), average.end());
  }
  return sizes_of(all);
}

/// Bytes of each tensor that a checkpoint holds.
std::vector<std::int64_t> sizes_of(const train::State& state) {
  auto sizes = sizes_of_weights(state);
  const auto optimizer = sizes_of(state.optimizer.tensors);
  sizes.insert(sizes.end(), optimizer.begin(), optimizer.end());
  return sizes;
}

/// What recipe.shard_optimizer changes of the memory of the process with the largest part.
struct Divided {
  bool on = false;
  std::uint64_t others = 0;    ///< bytes of the optimizer's state that it does not keep
  std::uint64_t messages = 0;  ///< bytes of the parameters on their way
};

Divided divided(const train::Plan& plan, const train::State& state, std::int64_t ranks) {
  if (plan.group) ranks = plan.group->size();
  if (!plan.recipe.shard_optimizer || ranks == 1) return {};
  const train::OptimizerShards shards(plan.recipe, state.targets, ranks, /*rank=*/0);
  std::int64_t largest = 0;
  for (const auto& message : shards.messages(state.targets))
    largest = std::max(largest, message.bytes);
  const auto whole = sum_of(sizes_of(state.optimizer.tensors));
  return {.on = true,
          .others = whole - std::min(whole, shards.most_bytes()),
          .messages = distributed::kOwnedAtOnce * static_cast<std::uint64_t>(largest)};
}

/// The largest set that is evaluated.
std::int64_t largest_evaluated(const train::Plan& plan) {
  std::int64_t most = 0;
  for (const auto& set : {plan.probe, plan.validation, plan.test})
    if (set) most = std::max(most, set->size());
  return most;
}

/// The number of features that the network's last layer reads; 0: not known.
std::int64_t head_features(const model::Network& network) {
  const auto* const head = model::head_weight(network);
  return head == nullptr ? 0 : head->value.size(-1);
}

/// A state whose steps exchange nothing with other processes.
train::State begin_alone(const train::Plan& plan) {
  auto state = train::begin(plan);
  state.ranks = nullptr;
  (void)state.network->set_batch_sums(nullptr);
  if (state.mean_teacher) (void)state.mean_teacher->set_batch_sums(nullptr);
  return state;
}

/// Bytes of the buckets in which processes sum their gradients.
std::uint64_t bucket_size(const train::Plan& plan, const train::State& state) {
  if (!plan.group) return 0;
  const auto format = train::gradient_format(plan.recipe.comm_hook);
  std::uint64_t bytes = 0;
  for (const auto& target : state.targets)
    bytes += format ? static_cast<std::uint64_t>(target.value.numel()) * c10::elementSize(*format)
                    : target.value.nbytes();
  return bytes;
}

/// The memory of a run as a function of the batch size: of that of this process.
class MemoryModel {
 public:
  explicit MemoryModel(const train::Plan& plan, std::int64_t ranks = 1)
      : MemoryModel(plan, plan.recipe, begin_alone(plan), ranks) {}

  [[nodiscard]] MemoryNeed at(std::int64_t batch) const {
    const auto total = total_for(batch);
    MemoryNeed need{
        .process = process_,
        .model = state_ + (divided_.on ? sum_of(sizes_) : state_),
        .loader = static_cast<std::uint64_t>(waiting() * slot(batch, plan_.training.size)),
        .total = total};
    need.working = total - std::min(total, need.process + need.model + need.loader);
    const auto twice = total_for(2 * batch);
    need.per_image = (twice - std::min(twice, total)) / static_cast<std::uint64_t>(batch);
    return need;
  }

  /// The largest batch size, below that of the recipe, within this memory; 0: none.
  [[nodiscard]] std::int64_t largest_batch_within(std::uint64_t bytes) const {
    std::int64_t fits = 0;
    for (std::int64_t too_many = plan_.own_batch(); fits + 1 < too_many;) {
      const auto middle = (fits + too_many) / 2;
      (total_for(middle) <= bytes ? fits : too_many) = middle;
    }
    return fits;
  }

 private:
  MemoryModel(const train::Plan& plan, const recipe::Recipe& recipe, train::State state,
              std::int64_t ranks)
      : plan_(plan),
        training_(of_training(plan, recipe, state)),
        evaluation_(of_evaluation(plan, state)),
        attack_(of_attack(plan, state)),
        divided_(divided(plan, state, ranks)),
        sizes_(divided_.on ? sizes_of_weights(state) : sizes_of(state)),
        fit_(evaluate::fit_sizes(plan, head_features(*state.network))),
        state_(state_size(state) + bucket_size(plan, state)) {
    // Memory left over from the steps above is not part of the run.
    train::release_memory();
    const auto held = resident_memory();
    process_ = held - std::min(held, plan.device.is_cpu() ? state_ : 0);
    state_ = state_ - divided_.others + divided_.messages;
  }

  /// Number of prefetched batches, times views, in the training loader; those of unlabeled images
  /// count as many as they are larger. Images to mix with are batches of their own.
  [[nodiscard]] std::int64_t waiting() const {
    const auto& mixing = plan_.recipe.mixing;
    const bool has_partners = mixing && mixing->partner == mix::Partner::similar;
    const auto own =
        plan_.training.slots * std::ssize(plan_.training.views) * (has_partners ? 2 : 1);
    if (!plan_.unlabelled) return own;
    const auto& others = plan_.training_unlabelled;
    return own + plan_.recipe.semi->ratio * others.slots * std::ssize(others.views);
  }

  /// Bytes of one view of a prefetched batch.
  [[nodiscard]] std::int64_t slot(std::int64_t batch, augment::Size size) const {
    const auto& task = plan_.task;
    const auto floats = task.channels * size.height * size.width + task.classes;
    return batch * floats * static_cast<std::int64_t>(sizeof(float));
  }

  [[nodiscard]] std::uint64_t total_for(std::int64_t batch) const {
    HeapModel heap;
    // Before the first step, the optimizer's state is the whole one.
    heap.allocate(static_cast<std::int64_t>(divided_.others));
    fit_head(heap);
    heap.release(static_cast<std::int64_t>(divided_.others));
    for (std::int64_t i = 0; i < waiting(); ++i) heap.allocate(slot(batch, plan_.training.size));
    train(heap, batch);
    evaluate(heap);
    return process_ + state_ + static_cast<std::uint64_t>(heap.size());
  }

  /// The last layer's fit to the features of all images, before the first step.
  void fit_head(HeapModel& heap) const {
    if (fit_.empty()) return;
    for (const auto bytes : fit_) heap.allocate(bytes);
    heap.play(evaluation_, std::min(plan_.evaluation.batch, plan_.train->size()));
    for (const auto bytes : fit_) heap.release(bytes);
  }

  /// A step while a checkpoint is written from a copy of the state.
  void train(HeapModel& heap, std::int64_t batch) const {
    for (const auto bytes : sizes_) heap.allocate(bytes);
    heap.play(training_, batch);
    for (const auto bytes : sizes_) heap.release(bytes);
  }

  void evaluate(HeapModel& heap) const {
    const auto images = largest_evaluated(plan_);
    const auto batch = std::min(plan_.evaluation.batch, images);
    // Logits are kept batch by batch and then concatenated.
    const auto answers = images * plan_.task.classes * static_cast<std::int64_t>(sizeof(float));
    std::vector<std::int64_t> held(static_cast<std::size_t>(plan_.evaluation.slots),
                                   slot(batch, plan_.evaluation.size));
    held.insert(held.end(), 2, answers);
    // The mean over views: the sum so far, a view and the next sum, in double precision.
    if (plan_.recipe.evaluation.tta) held.insert(held.end(), 3, 2 * answers);
    for (const auto bytes : held) heap.allocate(bytes);
    heap.play(evaluation_, batch);
    if (attack_) heap.play(*attack_, std::min(batch, images_attacked(plan_)));
    for (const auto bytes : held) heap.release(bytes);
  }

  const train::Plan& plan_;
  Allocations training_;
  Allocations evaluation_;
  std::optional<Allocations> attack_;  ///< of evaluation.attack
  Divided divided_;
  std::vector<std::int64_t> sizes_;  ///< of the copy that a checkpoint is written from
  std::vector<std::int64_t> fit_;    ///< see evaluate::fit_sizes()
  std::uint64_t state_;
  std::uint64_t process_ = 0;
};

double gib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0);
}

/// The memory that this process may have: the machine's is shared by its processes.
std::uint64_t memory_limit(const train::Plan& plan, std::uint64_t available) {
  const auto processes = plan.group ? plan.group->ranks().local_size : 1;
  return available / static_cast<std::uint64_t>(processes) + resident_memory();
}

[[noreturn]] void refuse(const train::Plan& plan, const MemoryModel& forecast,
                         const MemoryNeed& need, std::uint64_t limit) {
  const auto& recipe = plan.recipe;
  const auto fits = forecast.largest_batch_within(limit) * (plan.group ? plan.group->size() : 1);
  throw Error(
      Code::usage, recipe::place(recipe.places, "data.batch_size"),
      fmt::format(
          "this run needs about {:.1f} GiB of memory{} with data.batch_size = {}, and {:.1f} GiB "
          "are available; {}",
          gib(need.total), plan.group ? " in each process" : "", recipe.data.batch, gib(limit),
          fits > 0 ? fmt::format("data.batch_size = {} would fit", fits)
          : recipe.evaluation.attack
              ? "no batch size would fit: use a smaller network, data.size or "
                "evaluation.attack.images"
          : model::probes_head(recipe.pretrained)
              ? "no batch size would fit: use a smaller network, data.size or data.limit, or "
                "pretrained.head = \"auto\", which keeps no features of all images"
              : "no batch size would fit: use a smaller network or data.size"));
}

}  // namespace

MemoryNeed memory_need(const train::Plan& plan, std::int64_t ranks) {
  train::prepare_thread(plan);
  return MemoryModel(plan, ranks).at(plan.own_batch());
}

std::uint64_t state_size(const train::State& state) {
  return sum_of(sizes_of(state));
}

std::uint64_t memory_left(const MemoryNeed& need) {
  const auto available = available_memory();
  if (available == 0) return std::numeric_limits<std::uint64_t>::max();
  const auto limit = available + resident_memory();
  return limit - std::min(limit, need.total);
}

MemoryNeed require_memory(const train::Plan& plan) {
  train::prepare_thread(plan);
  const MemoryModel forecast(plan);
  const auto need = forecast.at(plan.own_batch());
  const auto available = available_memory();
  const auto limit = memory_limit(plan, available);
  if (available > 0 && need.total > limit) refuse(plan, forecast, need, limit);
  return need;
}

}  // namespace temper::cost
