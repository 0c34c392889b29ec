#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/core/fields.h"

namespace temper::regularize {

/// A tensor of the network, parameter or buffer, under its name.
using Named = std::pair<std::string, at::Tensor>;

/// What becomes of BatchNorm's statistics under averaged weights.
enum class Statistics : std::uint8_t {
  averaged,    ///< averaged as the weights are
  reestimated  ///< measured anew over training images before the weights are evaluated
};

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

/// The field of averages whose paper measures statistics anew, or may.
template <class S>
constexpr auto statistics_field(Statistics S::* member) {
  return field(member, {.name = "statistics",
                        .meaning = "BatchNorm's statistics: averaged too, or measured anew over "
                                   "evaluation.statistics_images before an evaluation"});
}

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::Statistics> {
  static constexpr std::array<std::string_view, 2> value{"averaged", "reestimated"};
};
