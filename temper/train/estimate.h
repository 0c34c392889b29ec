#pragma once
#include <cstdint>

#include "temper/train/plan.h"

namespace temper::train {

/// What a run will cost, before it is made.
struct Estimate {
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;  ///< forward pass of one image
  /// Of the images in the steps that were tried. Where data.train_size grows, the one with about
  /// the mean area over the run, so that the times are means over the run.
  augment::Size size = {};
  double images_per_second = 0;        ///< loading and training together
  double step_images_per_second = 0;   ///< the bare step, on a batch that is there already
  double seconds = 0;                  ///< to the end of the run, evaluation included
  std::uint64_t memory = 0;            ///< bytes that the run will need at its peak
  std::uint64_t memory_available = 0;  ///< bytes that the machine still has; 0: unknown
  std::int64_t steps_tried = 0;
};

/// Trains a few steps of a network that is thrown away, and computes the rest. Throws
/// Error{Code::usage} before the first step when the run would not fit into memory.
Estimate estimate(const Plan& plan, std::int64_t steps = 30);

}  // namespace temper::train
