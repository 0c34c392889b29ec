#include "temper/measure/weight_norms.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/max.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sum.h>

#include <algorithm>
#include <cmath>

namespace temper::measure {

WeightNorms weight_norms(std::span<const at::Tensor> weights) {
  WeightNorms norms;
  double squares = 0;
  for (const auto& weight : weights) {
    if (weight.numel() == 0) continue;
    const auto values = weight.detach().to(at::kDouble);
    const auto sizes = values.abs();
    norms.count += weight.numel();
    norms.l1 += sizes.sum().item<double>();
    norms.largest = std::max(norms.largest, sizes.max().item<double>());
    squares += values.square().sum().item<double>();
  }
  norms.l2 = std::sqrt(squares);
  if (norms.count > 0)
    norms.root_mean_square = std::sqrt(squares / static_cast<double>(norms.count));
  return norms;
}

}  // namespace temper::measure
