#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <variant>
#include <vector>

#include "temper/core/fields.h"

/// Options from JSON that spells them as recipes do, for golden files.
namespace temper::testing {

void set(const Slot& slot, const nlohmann::json& value);
void set(const Group& options, const nlohmann::json& values);

/// The kinds of all alternatives of a variant.
template <class Variant>
std::vector<std::string_view> kinds() {
  Variant any;
  return std::get<std::function<ChoiceView()>>(slot(any))().kinds;
}

/// The alternative of that kind.
template <class Variant>
Variant alternative(std::string_view kind, nlohmann::json options = nlohmann::json::object()) {
  Variant result;
  options["kind"] = kind;
  set(slot(result), options);
  return result;
}

}  // namespace temper::testing
