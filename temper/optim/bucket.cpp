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

bool belongs_to(const Bucket& bucket, const Target& target) {
  return bucket.lr_scale == target.lr_scale && bucket.decay_scale == target.decay_scale &&
         bucket.values[0].scalar_type() == target.value.scalar_type() &&
         bucket.values[0].device() == target.value.device();
}

Bucket& bucket_for(const Target& target, std::size_t state_tensors, std::vector<Bucket>& buckets) {
  for (auto& bucket : buckets)
    if (belongs_to(bucket, target)) return bucket;
  return buckets.emplace_back(Bucket{.lr_scale = target.lr_scale,
                                     .decay_scale = target.decay_scale,
                                     .targets = {},
                                     .values = {},
                                     .gradients = {},
                                     .memory = std::vector<std::vector<at::Tensor>>(state_tensors),
                                     .copies = {},
                                     .copied = {}});
}

std::vector<Bucket> make_buckets(std::span<const Target> targets, const State& state,
                                 std::size_t state_tensors) {
  std::vector<Bucket> buckets;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& target = targets[i];
    if (target.frozen || !target.value.requires_grad()) continue;
    auto& bucket = bucket_for(target, state_tensors, buckets);
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

}  // namespace

void for_each_bucket(std::span<const Target> targets, const State& state, std::size_t state_tensors,
                     const std::function<void(Bucket&)>& update) {
  if (state.tensors.size() < state_tensors * targets.size())
    throw Error(Code::internal, "the optimizer's state belongs to other parameters");
  for (auto& bucket : make_buckets(targets, state, state_tensors)) {
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

}  // namespace temper::optim
