#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <cstdint>

namespace temper::testing {

/// Numbers in [-0.5, 0.5), of type double, from a formula that scripts/golden/formula.py repeats.
inline at::Tensor noise(at::IntArrayRef shape, std::uint64_t stream) {
  auto result = at::empty(shape, at::kDouble);
  auto* values = result.mutable_data_ptr<double>();
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(result.numel()); ++i) {
    std::uint64_t x = ((i + stream * 1000003) * 2654435761) & 0xFFFFFFFF;
    x = ((x ^ (x >> 15)) * 2246822519) & 0xFFFFFFFF;
    values[i] = static_cast<double>(x ^ (x >> 13)) / 4294967296.0 - 0.5;
  }
  return result;
}

}  // namespace temper::testing
