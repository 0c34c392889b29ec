#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "temper/distributed/group.h"

/// Tensors that all ranks have, each of which one rank computes for all: its owner.
namespace temper::distributed {

/// Divides tensors among ranks: the largest first, each to the rank with the least so far, as
/// PyTorch's ZeroRedundancyOptimizer does. Ties go to the tensor and the rank with the lower index,
/// so that the answer is the same on all ranks. A rank may have none.
/// @param sizes  of the tensors
/// @return the owner of each
std::vector<std::int64_t> owners_of(std::span<const std::int64_t> sizes, std::int64_t ranks);

/// Tensors of one owner that one message holds, one after the other.
struct OwnedMessage {
  std::int64_t owner = 0;
  std::vector<std::size_t> tensors = {};  ///< indices
  at::ScalarType format = at::kFloat;     ///< of all of them
  std::int64_t values = 0;                ///< numbers
  std::int64_t bytes = 0;
};

inline constexpr std::int64_t kOwnedBytes = std::int64_t{25} << 20;
inline constexpr std::size_t kOwnedAtOnce = 2;  ///< messages on their way: Gloo has two threads

/// The messages by which the owners send their tensors, in the order of sending: owners take turns,
/// so that consecutive messages come from different ranks.
/// @param owners  of each tensor
/// @param most    bytes of a message; a larger tensor has one of its own
std::vector<OwnedMessage> plan_owned(std::span<const at::Tensor> tensors,
                                     std::span<const std::int64_t> owners,
                                     std::int64_t most = kOwnedBytes);

/// Gives all ranks the tensors of their owners, in place, through buffers of kOwnedAtOnce messages.
/// All ranks call it with tensors of the same sizes, layouts and types, on one device of each rank.
/// @param owners, most  as in plan_owned()
void broadcast_owned(Group& group, std::span<const at::Tensor> tensors,
                     std::span<const std::int64_t> owners, std::int64_t most = kOwnedBytes);

}  // namespace temper::distributed
