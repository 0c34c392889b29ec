#include "temper/optim/bucket.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>

#include "temper/core/error.h"

namespace temper::optim {
namespace {

at::Tensor dense(const at::Tensor& value) {
  return value.is_non_overlapping_and_dense() ? value : at::empty_like(value).copy_(value);
}

at::Tensor gradient_as(const at::Tensor& value, const at::Tensor& gradient) {
  if (!gradient.defined()) return at::zeros_like(value);
  if (gradient.strides() == value.strides() && gradient.scalar_type() == value.scalar_type())
    return gradient;
  return at::empty_like(value).copy_(gradient);
}

/// The copy, if one loop can write it along with the value.
at::Tensor copy_like(const at::Tensor& value, const at::Tensor& copy) {
  const bool fits = copy.defined() && copy.is_cpu() && copy.scalar_type() == at::kBFloat16 &&
                    value.is_cpu() && value.scalar_type() == at::kFloat &&
                    copy.sizes() == value.sizes() && copy.strides() == value.strides();
  return fits ? copy : at::Tensor();
}

void bump_version(const at::Tensor& tensor) {
  if (!tensor.is_inference()) tensor.unsafeGetTensorImpl()->bump_version();
}

bool belongs_to(const Bucket& bucket, const Target& target, std::int64_t updates) {
  return bucket.updates == updates && bucket.lr_scale == target.lr_scale &&
         bucket.decay_scale == target.decay_scale &&
         bucket.values[0].scalar_type() == target.value.scalar_type() &&
         bucket.values[0].device() == target.value.device();
}

Bucket& bucket_for(const Target& target, std::int64_t updates, std::size_t state_tensors,
                   std::vector<Bucket>& buckets) {
  for (auto& bucket : buckets)
    if (belongs_to(bucket, target, updates)) return bucket;
  return buckets.emplace_back(Bucket{.lr_scale = target.lr_scale,
                                     .decay_scale = target.decay_scale,
                                     .updates = updates,
                                     .targets = {},
                                     .values = {},
                                     .gradients = {},
                                     .memory = std::vector<std::vector<at::Tensor>>(state_tensors),
                                     .copies = {},
                                     .copied = {}});
}

bool is_updated(const Target& target) {
  return !target.frozen && target.value.requires_grad();
}

/// @param updates  of each target; empty: not counted
std::vector<Bucket> make_buckets(std::span<const Target> targets, const State& state,
                                 std::size_t state_tensors, std::span<const std::int64_t> updates) {
  std::vector<Bucket> buckets;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& target = targets[i];
    if (!is_updated(target)) continue;
    auto& bucket = bucket_for(target, updates.empty() ? 0 : updates[i], state_tensors, buckets);
    bucket.targets.push_back(&target);
    bucket.values.push_back(dense(target.value));
    bucket.gradients.push_back(gradient_as(bucket.values.back(), target.value.grad()));
    for (std::size_t what = 0; what < state_tensors; ++what)
      bucket.memory[what].push_back(state.tensors[what * targets.size() + i].second);
    bucket.copies.push_back(copy_like(bucket.values.back(), target.copy));
    bucket.copied.push_back(false);
  }
  return buckets;
}

void require_tensors(const State& state, std::size_t number) {
  if (state.tensors.size() < number)
    throw Error(Code::internal, "the optimizer's state belongs to other parameters");
}

void update_buckets(std::vector<Bucket> buckets, const std::function<void(Bucket&)>& update) {
  for (auto& bucket : buckets) {
    update(bucket);
    for (std::size_t i = 0; i < bucket.values.size(); ++i) {
      const auto& value = bucket.targets[i]->value;
      if (!value.is_same(bucket.values[i])) value.copy_(bucket.values[i]);
      // A rule writes through pointers, which LibTorch's version counter does not notice.
      bump_version(value);
      if (bucket.copied[i]) bump_version(bucket.copies[i]);
    }
  }
}

}  // namespace

void for_each_bucket(std::span<const Target> targets, const State& state, std::size_t state_tensors,
                     const std::function<void(Bucket&)>& update) {
  require_tensors(state, state_tensors * targets.size());
  update_buckets(make_buckets(targets, state, state_tensors, {}), update);
}

void for_each_counted_bucket(std::span<const Target> targets, const State& state,
                             std::size_t state_tensors,
                             const std::function<void(Bucket&)>& update) {
  require_tensors(state, (state_tensors + 1) * targets.size());
  const auto counts = std::span(state.tensors).subspan(state_tensors * targets.size());
  std::vector<std::int64_t> updates;
  for (std::size_t i = 0; i < targets.size(); ++i)
    updates.push_back(counts[i].second.item<std::int64_t>());
  update_buckets(make_buckets(targets, state, state_tensors, updates), update);
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (is_updated(targets[i])) counts[i].second.add_(1);
}

}  // namespace temper::optim
