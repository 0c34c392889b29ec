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
#include "temper/core/horizon.h"

namespace temper::regularize {

/// A tensor of the network, parameter or buffer, under its name.
using Named = std::pair<std::string, at::Tensor>;

/// How BatchNorm's running statistics are obtained for averaged weights.
enum class Statistics : std::uint8_t {
  averaged,    ///< averaged like the weights
  reestimated  ///< recomputed over training images before the averaged weights are evaluated
};

/// The current averages. To load saved ones, copy_ them into the tensors of a new object and set
/// `updates`.
struct Averages {
  std::string_view kind;       ///< of the averaging: "ema"
  std::int64_t updates = 0;    ///< of an EMA the steps so far, of SWA the snapshots in the mean, of
                               ///< LAWA all so far
  std::vector<Named> tensors;  ///< in the order and with the names of the averaged tensors
  std::vector<Named> snapshots;  ///< weights of earlier steps, whose mean is the average
  Horizon run;                   ///< over which weights are averaged
};

/// The onset of an average's interval between updates.
/// @param every  its interval, in steps
Onset onset_of_updates(std::int64_t every, const Horizon& run);

/// averages <- lerp(averages, tensors, share), in one pass; integer tensors are copied.
void lerp_averages(std::span<const Named> tensors, const std::vector<Named>& averages,
                   double share);

/// The field `statistics` of averages for which BatchNorm's statistics can be re-estimated.
template <class S>
constexpr auto statistics_field(Statistics S::* member) {
  return field(
      member,
      {.name = "statistics",
       .meaning =
           "BatchNorm's running mean and variance: averaged like the weights, or re-estimated over "
           "training images (evaluation.statistics_images) before an evaluation"});
}

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::Statistics> {
  static constexpr std::array<std::string_view, 2> value{"averaged", "reestimated"};
};
