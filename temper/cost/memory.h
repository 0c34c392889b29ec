#pragma once
#include <cstdint>

#include "temper/train/plan.h"
#include "temper/train/state.h"

namespace temper::cost {

/// The estimated peak of main memory of a run, in bytes.
struct MemoryNeed {
  std::uint64_t process = 0;  ///< before the run: program, LibTorch, images in memory
  /// Weights, optimizer state and averages, twice: a checkpoint is written from a copy. With
  /// recipe.shard_optimizer the optimizer state is a part, and not in the copy.
  std::uint64_t model = 0;
  std::uint64_t loader = 0;   ///< prefetched batches
  std::uint64_t working = 0;  ///< the most that a step, an evaluation or the fit of a linear probe
                              ///< allocates in addition
  std::uint64_t per_image = 0;  ///< added by one more image in data.batch_size
  std::uint64_t total = 0;
};

/// Estimates the memory of a run. Steps and evaluations of two and four images with a temporary
/// network give the sequence of allocations and their sizes as linear functions of the batch, which
/// are extrapolated to the run's batch (heap.h) without allocating it. Prepares the calling thread
/// as for the run. GPU memory is not counted.
///
/// Training images count with their largest size. Smaller ones add nothing to it, since the loop
/// returns freed memory to the system when the size changes: without that, measured (glibc 2.36,
/// LibTorch 2.11), the peak was 1.3 to 1.7 times the estimate with 15 sizes of data.train_size, and
/// more than twice the estimate with 50.
/// @param ranks  processes over which recipe.shard_optimizer divides, where the plan has no group:
///               the estimate is that of the one with the largest part
MemoryNeed memory_need(const train::Plan& plan, std::int64_t ranks = 1);

/// Bytes of the tensors that a checkpoint of the state holds.
std::uint64_t state_size(const train::State& state);

/// What is left of the available memory when a run has what it needs; the largest number where the
/// available memory is unknown.
std::uint64_t memory_left(const MemoryNeed& need);

/// As memory_need(), but throws Error{Code::usage}, with the batch size that would fit, when the
/// need exceeds the available memory of the machine or of the process's limit. Never throws where
/// the available memory is unknown.
MemoryNeed require_memory(const train::Plan& plan);

}  // namespace temper::cost
