#pragma once
#include <cstdint>

#include "temper/train/plan.h"

namespace temper::train {

/// The main memory that a run will need at its peak, in bytes.
struct Need {
  std::uint64_t process = 0;  ///< there without the run: program, LibTorch, images in memory
  /// Weights, optimizer state and averages, twice: a checkpoint is written from a copy.
  std::uint64_t model = 0;
  std::uint64_t loader = 0;     ///< batches that wait
  std::uint64_t working = 0;    ///< the most that a step or an evaluation takes beside all that
  std::uint64_t per_image = 0;  ///< what one more image in data.batch_size adds
  std::uint64_t total = 0;
};

/// Steps and evaluations of two and four images, with a network that is thrown away, show which
/// blocks are allocated in which order and how their sizes follow the batch; from these follows
/// what the run's own sizes take (heap.h). Nothing of the run's size is tried. Prepares the calling
/// thread as for the run. What lies on a GPU is not counted.
///
/// Training images count with their largest size. What it does not foresee: where data.train_size
/// moves through many sizes, blocks of each leave holes that the next ones do not fit into.
/// Measured (glibc 2.36, LibTorch 2.11) the peak was within 3% of the figure with 3 sizes, 1.3
/// to 1.7 times it with 15, more than twice it with 50.
Need memory_need(const Plan& plan);

/// The same where the machine, or the limit that is set for the process, leaves so much; else
/// throws Error{Code::usage} with both figures and the batch that would fit. Where it can't be told
/// what is left, all is well.
Need require_memory(const Plan& plan);

}  // namespace temper::train
