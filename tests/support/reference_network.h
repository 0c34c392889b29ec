#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/model/network.h"
#include "tests/support/noise.h"

/// Weights and images from a formula that scripts/golden/formula.py repeats.
namespace temper::testing {

/// Parameters and buffers by name.
inline std::map<std::string, at::Tensor> state_of(const model::Network& network) {
  std::map<std::string, at::Tensor> state;
  for (const auto& parameter : network.parameters()) state[parameter.name] = parameter.value;
  for (const auto& buffer : network.buffers()) state[buffer.name] = buffer.value;
  return state;
}

/// Fills one of them. The formula goes by name, since that is all that a published network's state
/// says of a tensor.
/// @param stream       its place in the state of the published network, or made from its name
/// @param norm_weight  the mean of the weights of normalizations
inline void fill(const std::string& name, const at::Tensor& value, std::uint64_t stream,
                 double norm_weight = 1) {
  const auto u = noise(value.sizes(), stream);
  if (value.dim() > 1)
    value.copy_(u.mul(std::sqrt(24.0 / static_cast<double>(value[0].numel()))));
  else if (name.ends_with("running_var"))
    value.copy_(u.add(1));
  else if (value.dim() == 1 && name.ends_with("weight"))
    value.copy_(u.add(1).mul(norm_weight));
  else if (value.is_floating_point())
    value.copy_(u.div(2));
}

/// Gives a network the weights in float64, and checks its names and shapes.
/// @param names_and_shapes  of the published network's state, in its order
inline void take_weights(const model::Network& network, const nlohmann::json& names_and_shapes) {
  const at::NoGradGuard guard;
  const auto state = state_of(network);
  ASSERT_EQ(state.size(), names_and_shapes.size());
  std::uint64_t stream = 0;
  for (const auto& item : names_and_shapes) {
    const auto name = item[0].get<std::string>();
    const auto found = state.find(name);
    ASSERT_NE(found, state.end()) << name;
    auto value = found->second;
    const auto published = item[1].get<std::vector<std::int64_t>>();
    if (value.dim() == 2 && published.size() == 4) {  // a linear layer that timm writes as 1 x 1
      ASSERT_EQ(value.numel(), published[0] * published[1]) << name;
    } else {
      ASSERT_EQ(value.sizes().vec(), published) << name;
    }
    if (value.is_floating_point()) value.set_data(value.to(at::kDouble));
    fill(name, value, stream++);
  }
}

}  // namespace temper::testing
