#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// How gradients are divided among messages.
namespace temper::distributed {

struct BucketOptions {
  std::int64_t first_bytes = std::int64_t{1} << 20;  ///< a small one is sent while most is computed
  std::int64_t bytes = std::int64_t{25} << 20;       ///< as DistributedDataParallel's buckets
  /// The number format in which gradients are sent and added up, to which each rank casts its own;
  /// the sums are cast back. Empty: that of the parameters.
  std::optional<at::ScalarType> format = {};
};

/// The gradients that one message holds, and after them for each of them the number of ranks that
/// have it.
struct PlannedBucket {
  struct Part {
    std::size_t parameter = 0;  ///< index
    std::int64_t offset = 0;    ///< of its gradient, in numbers
  };
  std::vector<Part> parts = {};
  at::ScalarType format = at::kFloat;  ///< of the message
  std::int64_t values = 0;             ///< numbers of the message, with the counts
  std::int64_t bytes = 0;              ///< of the message
};

/// The buckets in the order in which they are sent, the last parameters first. Those that do not
/// require a gradient are in none of them. A parameter larger than a bucket has one of its own.
/// @param parameters  in the order of the forward pass
std::vector<PlannedBucket> plan_buckets(const std::vector<at::Tensor>& parameters,
                                        const BucketOptions& options = {});

}  // namespace temper::distributed
