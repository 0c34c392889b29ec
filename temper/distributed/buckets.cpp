#include "temper/distributed/buckets.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace temper::distributed {
namespace {

constexpr std::int64_t kAligned = 16;  ///< values: parts of a bucket begin at multiples of it

/// Calls a function when a backward pass has added to a parameter's gradient.
class Hook : public torch::autograd::PostAccumulateGradHook {
 public:
  explicit Hook(std::function<void()> call) : call_(std::move(call)) {}
  void operator()(const at::Tensor& /*parameter*/) override { call_(); }

 private:
  std::function<void()> call_;
};

std::int64_t aligned(std::int64_t values) {
  return (values + kAligned - 1) / kAligned * kAligned;
}

std::int64_t bytes_of(const at::Tensor& parameter) {
  return parameter.numel() * static_cast<std::int64_t>(parameter.element_size());
}

}  // namespace

Buckets::Buckets(Group& group, std::vector<at::Tensor> parameters, const BucketOptions& options)
    : group_(group), parameters_(std::move(parameters)), options_(options) {
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    torch::autograd::impl::set_post_acc_grad_hooks(parameters_[i],
                                                   std::make_unique<Hook>([this, i] { add(i); }));
}

Buckets::~Buckets() {
  for (const auto& parameter : parameters_)
    torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
}

std::vector<bool> Buckets::trained() const {
  std::vector<bool> trained;
  for (const auto& parameter : parameters_) trained.push_back(parameter.requires_grad());
  return trained;
}

/// Divides the parameters among buckets, the last ones first.
void Buckets::arrange(const std::vector<bool>& trained) {
  arranged_ = trained;
  buckets_.clear();
  places_.assign(parameters_.size(), {});
  std::int64_t bytes = 0;
  for (auto i = parameters_.size(); i-- > 0;) {
    if (!trained[i]) continue;
    const auto& parameter = parameters_[i];
    const auto limit = buckets_.size() <= 1 ? options_.first_bytes : options_.bytes;
    const bool fits = !buckets_.empty() && bytes + bytes_of(parameter) <= limit &&
                      parameters_[buckets_.back().members.front().parameter].scalar_type() ==
                          parameter.scalar_type();
    if (!fits) {
      buckets_.emplace_back();
      bytes = 0;
    }
    bytes += bytes_of(parameter);
    auto& members = buckets_.back().members;
    places_[i] = {.bucket = buckets_.size() - 1, .member = members.size()};
    members.push_back({.parameter = i});
  }
  for (auto& bucket : buckets_) allocate(bucket);
}

/// The memory of a bucket: the gradients, then the counts of the ranks that have one.
void Buckets::allocate(Bucket& bucket) {
  std::int64_t values = 0;
  for (const auto& member : bucket.members)
    values += aligned(parameters_[member.parameter].numel());
  const auto count = std::ssize(bucket.members);
  const auto& first = parameters_[bucket.members.front().parameter];
  bucket.flat = at::zeros({values + count}, first.options().requires_grad(false));
  bucket.defined = bucket.flat.narrow(0, values, count);
  std::int64_t at = 0;
  for (auto& member : bucket.members) {
    const auto& parameter = parameters_[member.parameter];
    const auto part = bucket.flat.narrow(0, at, parameter.numel());
    member.values = parameter.is_non_overlapping_and_dense()
                        ? part.as_strided(parameter.sizes(), parameter.strides())
                        : part.view(parameter.sizes());
    at += aligned(parameter.numel());
  }
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
  const auto defined = bucket.defined.to(at::kFloat);
  const auto* ranks = defined.const_data_ptr<float>();
  for (const auto& member : bucket.members) {
    if (*ranks++ == 0) continue;
    const auto& parameter = parameters_[member.parameter];
    if (parameter.grad().defined())
      parameter.mutable_grad().copy_(member.values);
    else
      parameter.mutable_grad() = member.values.clone();
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
