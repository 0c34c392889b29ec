#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <string>

#include "temper/model/network.h"

/// Weights and images from a formula that scripts/golden/formula.py repeats.
namespace temper::testing {

/// Numbers in [-0.5, 0.5), of type double.
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

/// Parameters and buffers by name.
inline std::map<std::string, at::Tensor> state_of(const model::Network& network) {
  std::map<std::string, at::Tensor> state;
  for (const auto& parameter : network.parameters()) state[parameter.name] = parameter.value;
  for (const auto& buffer : network.buffers()) state[buffer.name] = buffer.value;
  return state;
}

/// Fills one of them. @param stream  its place in the state of the published network
inline void fill(const std::string& name, const at::Tensor& value, std::uint64_t stream) {
  const auto u = noise(value.sizes(), stream);
  if (value.dim() > 1)
    value.copy_(u.mul(std::sqrt(24.0 / static_cast<double>(value[0].numel()))));
  else if (name.ends_with("running_var") || (value.dim() == 1 && name.ends_with("weight")))
    value.copy_(u.add(1));
  else if (value.is_floating_point())
    value.copy_(u.div(2));
}

}  // namespace temper::testing
