#pragma once
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

namespace temper::testing {

/// {"shape": [...], "values": [...]} of golden numbers as float64.
inline at::Tensor tensor(const nlohmann::json& json) {
  const auto values = json["values"].get<std::vector<double>>();
  const auto result = at::empty(json["shape"].get<std::vector<std::int64_t>>(), at::kDouble);
  std::copy(values.begin(), values.end(), result.mutable_data_ptr<double>());
  return result;
}

/// The length of the difference by that of what is expected.
inline double relative(const at::Tensor& found, const at::Tensor& expected) {
  return found.sub(expected).norm().div(expected.norm()).item<double>();
}

}  // namespace temper::testing
