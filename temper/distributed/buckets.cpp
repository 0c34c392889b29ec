#include "temper/distributed/buckets.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/zeros.h>

#include <utility>

namespace temper::distributed {

Buckets::Buckets(Group& group, std::vector<at::Tensor> parameters, const BucketOptions& options)
    : group_(group),
      parameters_(std::move(parameters)),
      options_(options),
      hooks_(parameters_, [this](std::size_t parameter) { add(parameter); }) {}

std::vector<bool> Buckets::trained() const {
  std::vector<bool> trained;
  for (const auto& parameter : parameters_) trained.push_back(parameter.requires_grad());
  return trained;
}

/// Divides the parameters among buckets.
void Buckets::arrange(const std::vector<bool>& trained) {
  arranged_ = trained;
  buckets_.clear();
  places_.assign(parameters_.size(), {});
  for (const auto& planned : plan_buckets(parameters_, options_)) {
    for (std::size_t k = 0; k < planned.parts.size(); ++k)
      places_[planned.parts[k].parameter] = {.bucket = buckets_.size(), .member = k};
    buckets_.push_back(allocate(planned));
  }
}

/// A bucket with its memory: the gradients, then the counts of the ranks that have one. These are
/// only compared with zero, so that it does not matter that bf16 rounds large ones.
Buckets::Bucket Buckets::allocate(const PlannedBucket& planned) const {
  const auto count = std::ssize(planned.parts);
  const auto& first = parameters_[planned.parts.front().parameter];
  Bucket bucket;
  bucket.flat =
      at::zeros({planned.values}, first.options().dtype(planned.format).requires_grad(false));
  bucket.defined = bucket.flat.narrow(0, planned.values - count, count);
  for (const auto& [index, offset] : planned.parts) {
    const auto& parameter = parameters_[index];
    const auto part = bucket.flat.narrow(0, offset, parameter.numel());
    const bool dense = parameter.is_non_overlapping_and_dense();
    bucket.members.push_back(
        {.parameter = index,
         .values = dense ? part.as_strided(parameter.sizes(), parameter.strides())
                         : part.view(parameter.sizes())});
  }
  return bucket;
}

void Buckets::begin() {
  const at::NoGradGuard guard;
  if (auto now = trained(); now != arranged_) arrange(now);
  for (auto& bucket : buckets_) {
    bucket.waiting = bucket.members.size();
    bucket.defined.zero_();
    for (auto& member : bucket.members) member.ready = false;
  }
  launched_ = 0;
  sending_ = true;
}

/// A parameter's gradient is complete.
void Buckets::add(std::size_t parameter) {
  if (!sending_ || !arranged_[parameter]) return;
  const auto place = places_[parameter];
  auto& bucket = buckets_[place.bucket];
  auto& member = bucket.members[place.member];
  if (member.ready) return;
  take(bucket, member);
  launch();
}

void Buckets::take(Bucket& bucket, Member& member) {
  const at::NoGradGuard guard;
  member.ready = true;
  --bucket.waiting;
  const auto& gradient = parameters_[member.parameter].grad();
  if (!gradient.defined()) {
    member.values.zero_();
    return;
  }
  member.values.copy_(gradient);
  bucket.defined[&member - bucket.members.data()].fill_(1);
}

/// Sends the next buckets, as far as they are complete.
void Buckets::launch() {
  for (; launched_ < buckets_.size() && buckets_[launched_].waiting == 0; ++launched_)
    buckets_[launched_].pending = group_.sum_later(buckets_[launched_].flat);
}

void Buckets::deliver(Bucket& bucket) {
  const auto defined = bucket.defined.to(at::kCPU, at::kFloat);
  const auto* ranks = defined.const_data_ptr<float>();
  for (const auto& member : bucket.members) {
    if (*ranks++ == 0) continue;
    const auto& parameter = parameters_[member.parameter];
    if (parameter.grad().defined())
      parameter.mutable_grad().copy_(member.values);
    else
      parameter.mutable_grad() =
          member.values.to(parameter.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
  }
}

void Buckets::finish() {
  const at::NoGradGuard guard;
  sending_ = false;
  // Those that the pass did not reach.
  for (auto& bucket : buckets_)
    for (auto& member : bucket.members)
      if (!member.ready) take(bucket, member);
  launch();
  for (auto& bucket : buckets_) {
    bucket.pending.wait();
    deliver(bucket);
  }
}

}  // namespace temper::distributed
