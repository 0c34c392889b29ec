#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace temper::measure {

/// The size of weights, which grows where a network over-fits.
struct WeightNorms {
  std::int64_t count = 0;       ///< of numbers
  double l1 = 0;                ///< sum of absolute values
  double l2 = 0;                ///< Euclidean length, of all tensors together
  double largest = 0;           ///< of absolute values
  double root_mean_square = 0;  ///< l2 / sqrt(count): comparable between networks
};

/// Of all tensors together; one alone gives a layer's. Computed in double precision.
/// @param weights  floating, of any shapes, maybe none
WeightNorms weight_norms(std::span<const at::Tensor> weights);

}  // namespace temper::measure
