#pragma once
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

}  // namespace temper::testing
