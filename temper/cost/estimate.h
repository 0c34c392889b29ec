#pragma once
#include <cstdint>

#include "temper/train/plan.h"

namespace temper::cost {

/// The estimated cost of a run.
struct Estimate {
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;  ///< forward pass of one image
  /// Image size of the timed steps. With a scheduled data.train_size that of about the mean area
  /// over the run, so that the times are means over the run.
  augment::Size size = {};
  std::int64_t views = 1;              ///< of a test image, with test-time augmentation; at most
  double images_per_second = 0;        ///< loading and training together
  double step_images_per_second = 0;   ///< the step alone, without loading
  double seconds = 0;                  ///< to the end of the run, evaluation included
  std::uint64_t memory = 0;            ///< peak of main memory, in bytes
  std::uint64_t memory_available = 0;  ///< in bytes; 0: unknown
  std::int64_t steps_tried = 0;
};

/// Times a few training steps of a temporary network and extrapolates to the run. Throws
/// Error{Code::usage} before the first step when the run would not fit into memory.
Estimate estimate(const train::Plan& plan, std::int64_t steps = 30);

}  // namespace temper::cost
