#pragma once
#include <nlohmann/json.hpp>
#include <string>

/// Numbers that published code gave; scripts/golden/ wrote them.
namespace temper::testing {

/// Where they lie: below TEMPER_GOLDEN_DIR, which `temper selftest` sets, else in the sources.
std::string golden_path(const std::string& name);

nlohmann::json golden(const std::string& name);

}  // namespace temper::testing
