#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "temper/train/plan.h"

namespace temper::cost {

/// The time that loading data takes in a run.
struct DataTimes {
  std::int64_t images = 0;  ///< number of images that were timed one by one
  // Seconds per image, in one thread.
  double read = 0;     ///< from disk or memory, including a file's header
  double decode = 0;   ///< decoding image files
  double augment = 0;  ///< operations, resizing, normalization, writing into the batch

  std::int64_t threads = 0;  ///< worker threads of the loader
  double loading = 0;        ///< images per second of the loader alone
  double training = 0;       ///< images per second, loading and training; 0: not measured
  double step = 0;           ///< images per second of the training step alone

  /// Seconds per image that training waits for batches.
  [[nodiscard]] double wait() const;
};

/// Times the plan's training images: one by one, then with the loader, then in training.
/// @param seconds   for each of the first two
/// @param training  also time a few steps of a temporary network
DataTimes data_times(const train::Plan& plan, double seconds, bool training = true);

/// Images per second that the loader of the plan's training delivers, on its own; those without a
/// label count as well.
/// @param fixed_step  when set, images have the size of that step
double loading_rate(const train::Plan& plan, double seconds,
                    std::optional<std::int64_t> fixed_step = {});

/// The times as text, with advice.
std::string to_text(const DataTimes& times);
nlohmann::ordered_json to_json(const DataTimes& times);

}  // namespace temper::cost
