#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "temper/regularize/ema.h"

/// Averages of a network's weights over the steps of training.
namespace temper::regularize {

using Averaging = std::variant<Ema>;

/// A tensor of the network, parameter or buffer, under its name.
using Named = std::pair<std::string, at::Tensor>;

/// The averages so far. To load saved ones, copy_ into the tensors of a fresh one and set
/// `updates`.
struct Averages {
  std::int64_t updates = 0;
  std::vector<Named> tensors;  ///< in the order and under the names of what is averaged
};

/// Averages that begin as copies of the tensors, in their memory layout.
Averages start(std::span<const Named> tensors);

/// Moves the averages towards the tensors; integer tensors are copied.
/// @param tensors  the same in the same order as at the start
void update(const Averaging& averaging, std::span<const Named> tensors, Averages& averages);

/// Writes the averages into the tensors, whose values are lost.
void copy_to(const Averages& averages, std::span<const Named> tensors);

/// The averages stand in the network while this lives, and the raw values in `averages`; leaving
/// the scope, also by an exception, puts both back.
class Swapped {
 public:
  Swapped(Averages& averages, std::span<const Named> tensors);
  ~Swapped();
  Swapped(const Swapped&) = delete;
  Swapped& operator=(const Swapped&) = delete;
  Swapped(Swapped&&) = delete;
  Swapped& operator=(Swapped&&) = delete;

 private:
  Averages& averages_;
  std::span<const Named> tensors_;
};

}  // namespace temper::regularize
