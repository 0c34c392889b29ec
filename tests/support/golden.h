#pragma once
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/golden_path.h"

/// Numbers that published code gave; scripts/golden/ wrote them.
namespace temper::testing {

inline nlohmann::json golden(const std::string& name) {
  nlohmann::json json;
  std::ifstream(golden_path(name)) >> json;
  return json;
}

/// {"shape": [...], "values": [...]} as float64.
inline at::Tensor tensor(const nlohmann::json& json) {
  const auto values = json["values"].get<std::vector<double>>();
  const auto result = at::empty(json["shape"].get<std::vector<std::int64_t>>(), at::kDouble);
  std::copy(values.begin(), values.end(), result.mutable_data_ptr<double>());
  return result;
}

}  // namespace temper::testing
