#pragma once
#include <cstdint>
#include <string>

#include "temper/train/plan.h"

namespace temper::train {

/// Where a run's time goes before a batch reaches the network.
struct DataTimes {
  std::int64_t images = 0;  ///< that were timed one by one
  // Seconds an image, in one thread.
  double read = 0;     ///< from the disk, or from memory; and a file's header
  double decode = 0;   ///< pixels of files
  double augment = 0;  ///< operations, resizing, normalising, writing into the batch

  std::int64_t threads = 0;  ///< of the loader
  double loading = 0;        ///< images a second, where nobody but the loader works
  double training = 0;       ///< images a second, loading and training together; 0: not tried
  double step = 0;           ///< images a second of the bare step

  /// Seconds an image for which training waits for batches.
  [[nodiscard]] double wait() const;
};

/// Times the plan's training images: one by one, then through the loader, then in training.
/// @param seconds   for each of the first two
/// @param training  a few steps of a network that is thrown away are tried, too
DataTimes data_times(const Plan& plan, double seconds, bool training = true);

/// A few lines for a person, with what to do about it.
std::string to_text(const DataTimes& times);

}  // namespace temper::train
