#include "temper/distributed/bucket_plan.h"

namespace temper::distributed {
namespace {

constexpr std::int64_t kAligned = 16;  ///< numbers: gradients begin at multiples of it

std::int64_t aligned(std::int64_t values) {
  return (values + kAligned - 1) / kAligned * kAligned;
}

std::int64_t bytes_of(const at::Tensor& parameter) {
  return parameter.numel() * static_cast<std::int64_t>(parameter.element_size());
}

}  // namespace

std::vector<PlannedBucket> plan_buckets(const std::vector<at::Tensor>& parameters,
                                        const BucketOptions& options) {
  std::vector<PlannedBucket> buckets;
  std::int64_t bytes = 0;  // of the gradients in the last bucket
  for (auto i = parameters.size(); i-- > 0;) {
    const auto& parameter = parameters[i];
    if (!parameter.requires_grad()) continue;
    const auto limit = buckets.size() <= 1 ? options.first_bytes : options.bytes;
    const bool fits =
        !buckets.empty() && bytes + bytes_of(parameter) <= limit &&
        parameters[buckets.back().parts.front().parameter].scalar_type() == parameter.scalar_type();
    if (!fits) {
      buckets.emplace_back();
      bytes = 0;
    }
    bytes += bytes_of(parameter);
    auto& bucket = buckets.back();
    bucket.parts.push_back({.parameter = i, .offset = bucket.values});
    bucket.values += aligned(parameter.numel());
  }
  for (auto& bucket : buckets) {
    bucket.values += std::ssize(bucket.parts);
    bucket.format =
        options.format.value_or(parameters[bucket.parts.front().parameter].scalar_type());
    bucket.bytes = bucket.values * static_cast<std::int64_t>(c10::elementSize(bucket.format));
  }
  return buckets;
}

}  // namespace temper::distributed
