#include "temper/cost/rank_work.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/cost/data_times.h"
#include "temper/cost/machine_memory.h"
#include "temper/cost/median.h"
#include "temper/cost/memory.h"
#include "temper/cost/preflight.h"
#include "temper/distributed/bucket_plan.h"
#include "temper/distributed/gradient_hooks.h"
#include "temper/model/normalise.h"
#include "temper/train/begin.h"
#include "temper/train/clock.h"
#include "temper/train/data_parallel.h"
#include "temper/train/mixed_batch.h"
#include "temper/train/optimizer_shards.h"
#include "temper/train/partners.h"
#include "temper/train/step.h"
#include "temper/train/training_batches.h"
#include "temper/train/training_size.h"

namespace temper::cost {
namespace {

constexpr std::int64_t kWarmup = 3;

/// Notes the sums that BatchNorm layers ask for. Each of the other ranks is taken to have what this
/// one has, so that a single value of a channel is not all that its variance is computed from.
class NotedSums : public model::BatchSums {
 public:
  explicit NotedSums(std::int64_t ranks) : ranks_(static_cast<double>(ranks)) {}

  void sum(std::span<double> values) override {
    bytes_.push_back(static_cast<std::int64_t>(values.size_bytes()));
    for (auto& value : values) value *= ranks_;
  }
  /// The bytes of each since the last call.
  std::vector<std::int64_t> take() { return std::exchange(bytes_, {}); }

 private:
  double ranks_;
  std::vector<std::int64_t> bytes_;
};

/// When the gradients of buckets are complete.
class BucketTimes {
 public:
  BucketTimes(const std::vector<at::Tensor>& parameters, const distributed::BucketOptions& options)
      : buckets_(distributed::plan_buckets(parameters, options)),
        seconds_(buckets_.size()),
        moments_(parameters.size(), kNever),
        hooks_(parameters,
               [this](std::size_t parameter) { moments_[parameter] = watch_.seconds(); }) {}

  /// Before a step.
  void begin() {
    std::ranges::fill(moments_, kNever);
    watch_ = {};
  }
  /// After it. A gradient that the pass has not computed is taken for zero at its end.
  /// @param backward  seconds of the last backward pass
  void end(double backward) {
    if (buckets_.empty()) return;
    const auto last = std::ranges::max(moments_);
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      double ready = -backward;
      for (const auto& part : buckets_[i].parts) {
        const double moment = moments_[part.parameter];
        ready = std::max(ready, moment == kNever ? 0 : moment - last);
      }
      seconds_[i].push_back(ready);
    }
  }

  [[nodiscard]] std::vector<ReadyBucket> buckets() const {
    std::vector<ReadyBucket> found;
    for (std::size_t i = 0; i < buckets_.size(); ++i)
      found.push_back({.bytes = buckets_[i].bytes, .ready = median(seconds_[i])});
    return found;
  }

 private:
  static constexpr double kNever = -1;

  std::vector<distributed::PlannedBucket> buckets_;
  std::vector<std::vector<double>> seconds_;  ///< of each bucket, by step
  std::vector<double> moments_;               ///< of each parameter, in the step
  train::Stopwatch watch_;
  const distributed::GradientHooks hooks_;
};

std::vector<at::Tensor> values_of(const train::State& state) {
  std::vector<at::Tensor> values;
  for (const auto& target : state.targets) values.push_back(target.value);
  return values;
}

std::int64_t bytes_of_image(const train::Plan& plan, augment::Size size) {
  return plan.task.channels * size.height * size.width * static_cast<std::int64_t>(sizeof(float));
}

/// How many images rank 0 has from others in a step, to mix its own with.
/// @param recipe  with the step's scheduled values
std::int64_t images_of_others(const recipe::Recipe& recipe, std::int64_t step, augment::Size size,
                              std::int64_t ranks) {
  const bool exchanges = recipe.mixing && recipe.mixing->across_ranks &&
                         recipe.mixing->partner != mix::Partner::similar;
  if (!exchanges || ranks == 1) return 0;
  data::Batch batch;
  batch.views = {at::empty({1, 1, size.height, size.width}, at::kFloat)};
  batch.all_rows = recipe.data.batch;
  const auto mixing = train::mixing_plan(recipe, step, batch);
  if (!mixing) return 0;
  const auto received = train::partners_of(*mixing, 0, ranks).receive;
  return std::accumulate(received.begin(), received.end(), std::int64_t{0});
}

/// Bytes of images that a rank has from others in a step, on average over the first steps.
double partner_bytes(const train::Plan& plan, const Cluster& cluster, augment::Size size,
                     std::int64_t steps) {
  auto recipe = plan.recipe;
  const recipe::ScheduleDriver driver(recipe, plan.horizon);
  std::int64_t images = 0;
  for (std::int64_t i = 0; i < steps; ++i) {
    const auto step = i % plan.horizon.total_steps;
    driver.apply(step);
    images += images_of_others(recipe, step, size, cluster.ranks);
  }
  return static_cast<double>(images * bytes_of_image(plan, size) *
                             std::ssize(plan.training.views)) /
         static_cast<double>(steps);
}

/// Bytes of the perturbation of free adversarial training that rank 0 has from others in a step.
double collected_bytes(const train::Plan& plan, const train::Plan& part, augment::Size size) {
  const auto& adversarial = plan.recipe.adversarial;
  if (!adversarial || !std::holds_alternative<adversarial::FreeTraining>(*adversarial)) return 0;
  const auto others = plan.recipe.data.batch - part.recipe.data.batch;
  return static_cast<double>(others * bytes_of_image(plan, size));
}

/// Bytes of the messages of updated parameters.
std::vector<std::int64_t> parameter_bytes(const train::Plan& part, const Cluster& cluster,
                                          const train::State& state) {
  if (!part.recipe.shard_optimizer || cluster.ranks == 1) return {};
  const train::OptimizerShards shards(part.recipe, state.targets, cluster.ranks, /*rank=*/0);
  std::vector<std::int64_t> bytes;
  for (const auto& message : shards.messages(state.targets)) bytes.push_back(message.bytes);
  return bytes;
}

/// The peak of memory, in bytes.
std::uint64_t memory_of(const train::Plan& part, const Cluster& cluster) {
  const auto need = memory_need(part, cluster.ranks);
  if (memory_left(need) > 0) return need.total;
  constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
  throw Error(
      Code::usage, recipe::place(part.recipe.places, "data.batch_size"),
      fmt::format("each of {} processes needs about {:.1f} GiB of memory for its {} images of a "
                  "batch, and {:.1f} GiB are available here, where the steps of one are timed; "
                  "lower data.batch_size, or use more processes",
                  cluster.ranks, static_cast<double>(need.total) / kGiB, part.recipe.data.batch,
                  static_cast<double>(available_memory() + resident_memory()) / kGiB));
}

/// The next batch, in the same epoch or the next one.
const data::Batch& next_batch(train::TrainingBatches& loader, std::int64_t& epoch) {
  const auto* batch = loader.next();
  while (batch == nullptr) {
    loader.start(++epoch);
    batch = loader.next();
  }
  return *batch;
}

/// Times the steps, for work.images of each batch.
/// @param ranks  number of processes
void time_steps(const train::Plan& part, std::int64_t typical, std::int64_t steps,
                std::int64_t ranks, train::State& state, RankWork& work) {
  auto recipe = part.recipe;
  const recipe::ScheduleDriver driver(recipe, part.horizon);
  const auto sums = std::make_shared<NotedSums>(ranks);
  if (recipe.sync_bn && ranks > 1) {
    train::synchronise_statistics(*state.network, sums);
    if (state.mean_teacher) train::synchronise_statistics(*state.mean_teacher, sums);
  }
  const auto prepare = [&](std::int64_t step) {
    state.step = step % part.horizon.total_steps;
    train::prepare(state, driver);
    // Stages that are frozen temporarily are trained in most steps.
    state.network->freeze(driver.frozen_stages(part.horizon.total_steps - 1));
  };
  state.network->train(true);
  prepare(0);
  BucketTimes buckets(values_of(state), {.format = train::gradient_format(part.recipe.comm_hook)});
  train::TrainingBatches loader(part, typical);
  std::int64_t epoch = 0;
  loader.start(epoch);
  std::vector<double> computation;
  std::vector<double> backward;
  const auto parts = static_cast<double>(
      work.passes * train::micro_batches(recipe, work.images, /*ranks=*/nullptr));
  for (std::int64_t i = 0; i < steps; ++i) {
    const auto batch = next_batch(loader, epoch).to(part.device);
    prepare(i);
    (void)sums->take();
    train::Times times;
    buckets.begin();
    const train::Stopwatch watch;
    train::step(state, recipe, batch, times);
    const double seconds = watch.seconds();
    if (i < kWarmup) continue;
    computation.push_back(seconds);
    backward.push_back(times.backward / parts);
    buckets.end(backward.back());
  }
  work.waited = sums->take();
  work.computation = median(computation);
  work.backward = median(backward);
  work.buckets = buckets.buckets();
}

}  // namespace

RankWork rank_work(const train::Plan& plan, const train::Plan& part, const Cluster& cluster,
                   std::int64_t steps, double loading_seconds) {
  require_sizes(part);
  require_batch_statistics(plan, cluster.ranks);
  RankWork work{.images = part.recipe.data.batch,
                .threads = *part.recipe.threads.value,
                .passes = part.recipe.sam ? 2 : 1,
                .memory = memory_of(part, cluster)};
  const train::TrainingSize sizes(part.recipe, part.horizon, part.input());
  const auto typical = sizes.typical_at();
  const auto size = sizes.at(typical);
  auto state = train::begin(part);
  time_steps(part, typical, std::max(steps, kWarmup + 1), cluster.ranks, state, work);
  work.statistics =
      train::statistics_count(*state.network) * static_cast<std::int64_t>(sizeof(double));
  if (cluster.ranks > 1)
    for (const auto& bucket : work.buckets) work.memory += static_cast<std::uint64_t>(bucket.bytes);
  work.partners = partner_bytes(plan, cluster, size, std::max<std::int64_t>(steps, 1));
  work.collected = collected_bytes(plan, part, size);
  work.parameters = parameter_bytes(part, cluster, state);
  work.loaded = work.images * (part.unlabelled ? 1 + part.recipe.semi->ratio : 1);
  work.loading = loading_rate(part, loading_seconds, typical);
  return work;
}

}  // namespace temper::cost
