#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <tuple>

#include "temper/core/keys.h"

namespace temper::measure {

/// Norms of weights, which grow when a network overfits.
struct WeightNorms {
  std::int64_t count = 0;       ///< number of elements
  double l1 = 0;                ///< sum of absolute values
  double l2 = 0;                ///< Euclidean norm, of all tensors together
  double largest = 0;           ///< largest absolute value
  double root_mean_square = 0;  ///< l2 / sqrt(count): comparable between networks

  static constexpr auto keys() {
    return std::tuple{key("count", &WeightNorms::count), key("l1", &WeightNorms::l1),
                      key("l2", &WeightNorms::l2), key("largest", &WeightNorms::largest),
                      key("root_mean_square", &WeightNorms::root_mean_square)};
  }
};

/// Of all tensors together; pass a single tensor for one layer. Computed in double precision.
/// @param weights  floating, of any shapes; may be empty
WeightNorms weight_norms(std::span<const at::Tensor> weights);

}  // namespace temper::measure
