#include "temper/train/data_parallel.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/mix/mixing.h"
#include "temper/model/normalise.h"

namespace temper::train {
namespace {

/// A vote for a checkpoint in the number of votes for a stop: more than there are ranks.
constexpr double kSaveVote = 1 << 20;

[[noreturn]] void refuse(const std::string& option, const std::string& message) {
  throw Error(Code::usage, {.option = option}, message);
}

std::vector<at::Tensor> values_of(const std::vector<optim::Target>& targets) {
  std::vector<at::Tensor> values;
  for (const auto& target : targets) values.push_back(target.value);
  return values;
}

/// Those that differ from rank to rank: each has seen other images.
std::vector<at::Tensor> statistics_of(const model::Network& network) {
  std::vector<at::Tensor> statistics;
  for (const auto& buffer : network.buffers())
    if (!buffer.fixed && buffer.value.is_floating_point() && buffer.value.numel() > 0)
      statistics.push_back(buffer.value);
  return statistics;
}

/// Sums in the order of the calls.
class SumsOfRanks : public model::BatchSums {
 public:
  explicit SumsOfRanks(std::shared_ptr<distributed::Group> group) : group_(std::move(group)) {}

  void sum(std::span<double> values) override {
    // In memory of its own: where another rank fails, Gloo's threads may still write to it.
    const auto sums = at::from_blob(values.data(), {std::ssize(values)}, at::kDouble).clone();
    group_->sum(sums);
    std::copy_n(sums.const_data_ptr<double>(), values.size(), values.begin());
  }

 private:
  std::shared_ptr<distributed::Group> group_;
};

/// double, one after the other; undefined without any.
at::Tensor flat_statistics(const model::Network& network) {
  std::vector<at::Tensor> flat;
  for (const auto& one : statistics_of(network))
    flat.push_back(one.detach().reshape({-1}).to(at::kDouble));
  return flat.empty() ? at::Tensor() : at::cat(flat);
}

/// Puts the mean of the ranks' statistics into the network. @param sum  over the ranks
void deliver(const model::Network& network, const at::Tensor& sum, std::int64_t ranks) {
  const auto mean = sum.div(static_cast<double>(ranks));
  std::int64_t at = 0;
  for (const auto& one : statistics_of(network)) {
    one.copy_(mean.narrow(0, at, one.numel()).view(one.sizes()));
    at += one.numel();
  }
}

void check_mixing_in_ranks(const mix::Mixing& mixing, std::int64_t batch, std::int64_t ranks) {
  if (mixing.across_ranks) {
    if (mix::last_stage(mixing) == 0) return;
    refuse("mixing.methods",
           fmt::format("manifold_mixup mixes what a stage of the network gives for images of the "
                       "whole batch, which {} processes share; train in one process, or set "
                       "mixing.across_ranks = false, or use mixup, or stages = [0]",
                       ranks));
  }
  const auto needed = mix::images_needed(mixing);
  if (batch / ranks >= needed) return;
  refuse("mixing.across_ranks",
         fmt::format("mixing.across_ranks = false mixes up to {} images of a process with one "
                     "another, and of data.batch_size = {} one of {} processes has {}; raise it, "
                     "or leave mixing.across_ranks out",
                     needed, batch, ranks, batch / ranks));
}

void check_semi_in_ranks(const recipe::Semi& semi, std::int64_t ranks) {
  if (std::holds_alternative<semi::Interpolation>(semi.method) ||
      std::holds_alternative<semi::MixMatch>(semi.method))
    refuse("semi.method",
           fmt::format("semi.method mixes unlabeled images with others of the whole batch, which "
                       "{} processes share; train in one process, or use another method",
                       ranks));
  if (semi.batch_norm == recipe::SemiStatistics::interleaved)
    refuse("semi.batch_norm",
           fmt::format("semi.batch_norm = \"interleaved\" exchanges images within the whole batch, "
                       "which {} processes share; use \"all\"",
                       ranks));
}

}  // namespace

void check_data_parallel(const recipe::Recipe& recipe, std::int64_t ranks) {
  if (recipe.data.batch < ranks)
    refuse(
        "data.batch_size",
        fmt::format("data.batch_size = {} is the whole batch, which {} processes share; expected "
                    "at least one image for each",
                    recipe.data.batch, ranks));
  if (recipe.mixing) check_mixing_in_ranks(*recipe.mixing, recipe.data.batch, ranks);
  if (recipe.semi) check_semi_in_ranks(*recipe.semi, ranks);
}

void average_statistics(const model::Network& network, distributed::Group& group) {
  const at::NoGradGuard guard;
  const auto flat = flat_statistics(network);
  if (!flat.defined()) return;
  group.sum(flat);
  deliver(network, flat, group.size());
}

void synchronise_statistics(model::Network& network,
                            const std::shared_ptr<distributed::Group>& group) {
  synchronise_statistics(network, std::make_shared<SumsOfRanks>(group));
}

void synchronise_statistics(model::Network& network, std::shared_ptr<model::BatchSums> sums) {
  if (network.set_batch_sums(std::move(sums))) return;
  refuse("sync_bn",
         "sync_bn is true, but the network has no BatchNorm layers that can use the statistics of "
         "several processes; leave it out");
}

std::int64_t statistics_count(const model::Network& network) {
  std::int64_t count = 0;
  for (const auto& one : statistics_of(network)) count += one.numel();
  return count;
}

// A rank's gradient is that of its share of the whole batch's mean loss: it is divided already when
// it is cast, where bf16_compress_hook divides what it has cast by the number of ranks. For powers
// of two that is the same, for others it is rounded once less.
std::optional<at::ScalarType> gradient_format(recipe::CommHook hook) {
  if (hook == recipe::CommHook::bf16_compress) return at::kBFloat16;
  return std::nullopt;
}

std::int64_t micro_batches(const recipe::Recipe& recipe, std::int64_t rows,
                           const DataParallel* ranks) {
  return std::min(recipe.data.micro_batches,
                  ranks == nullptr ? rows : rows / ranks->group().size());
}

bool any_of(distributed::Group& group, bool own) {
  const auto count = at::tensor({own ? 1.0 : 0.0}, at::kDouble);
  group.sum(count);
  return count.item<double>() > 0;
}

DataParallel::DataParallel(std::shared_ptr<distributed::Group> group, const model::Network& network,
                           const std::vector<optim::Target>& targets, recipe::CommHook hook,
                           std::shared_ptr<const OptimizerShards> shards)
    : group_(std::move(group)),
      network_(network),
      shards_(std::move(shards)),
      buckets_(*group_, values_of(targets), {.format = gradient_format(hook)}) {}

void DataParallel::sum(loss::Counts& labels, double& rows) const {
  const auto counts = at::tensor({labels.rows, labels.weight, rows}, at::kDouble);
  group_->sum(counts);
  labels = {.rows = counts[0].item<double>(), .weight = counts[1].item<double>()};
  rows = counts[2].item<double>();
}

void DataParallel::agree_on_stop(bool own) {
  agreed_.stop = any_of(*group_, own);
}

void DataParallel::begin(const at::Tensor& loss, bool statistics) {
  const at::NoGradGuard guard;
  loss_ = loss.detach();
  const double votes = (own_.stop ? 1.0 : 0.0) + (own_.save ? kSaveVote : 0.0);
  tally_ =
      at::tensor({loss_.item<double>(), votes, static_cast<double>(own_.skipped)}, at::kDouble);
  tally_pending_ = group_->sum_later(tally_);
  statistics_ = statistics ? flat_statistics(network_) : at::Tensor();
  if (statistics_.defined()) statistics_pending_ = group_->sum_later(statistics_);
  buckets_.begin();
}

at::Tensor DataParallel::finish() {
  const at::NoGradGuard guard;
  buckets_.finish();
  tally_pending_.wait();
  statistics_pending_.wait();
  if (statistics_.defined()) deliver(network_, statistics_, group_->size());
  const auto votes = tally_[1].item<double>();
  agreed_ = {.stop = std::fmod(votes, kSaveVote) > 0,
             .skipped = static_cast<std::int64_t>(tally_[2].item<double>()),
             .save = votes >= kSaveVote};
  return tally_[0].to(loss_.scalar_type());
}

}  // namespace temper::train
