#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace temper::regularize {

/// A tensor of the network, parameter or buffer, under its name.
using Named = std::pair<std::string, at::Tensor>;

/// The run over which weights are averaged.
struct Length {
  std::int64_t steps_per_epoch = 1;
  std::int64_t total_steps = 1;
};

/// The averages so far. To load saved ones, copy_ into the tensors of a fresh one and set
/// `updates`.
struct Averages {
  std::int64_t updates = 0;      ///< steps seen
  std::vector<Named> tensors;    ///< in the order and under the names of what is averaged
  std::vector<Named> snapshots;  ///< weights of earlier steps that the average is made of
  Length length;
};

/// Moves `averages` towards the tensors by a share, in one pass; integer tensors are copied.
void move_towards(std::span<const Named> tensors, const std::vector<Named>& averages, double share);

}  // namespace temper::regularize
